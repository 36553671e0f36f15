// Whose credentials a set is, by AWS' own word: STS GetCallerIdentity, which every set may ask.
// Pure.
#pragma once

#include <string>

#include "common/credentials.h"
#include "common/result.h"
#include "common/upstream/http.h"

namespace mdh {

struct AwsIdentity {
  std::string account;  // twelve digits
  std::string arn;      // "arn:aws:sts::123456789012:assumed-role/ROLE/SESSION"
};

// sts_endpoint() is the region's own, without a slash at the end.
std::string sts_endpoint(const std::string& region);
// identity_request() is the signed POST to that endpoint, or another that was named.
UpstreamRequest identity_request(const Credentials& set, const std::string& region,
                                 const std::string& endpoint);
// read_identity() is who AWS says it is; an Error of class refused names AWS' code and words, one
// of class malformed says that it is not AWS that answered.
Result<AwsIdentity> read_identity(const UpstreamReply& reply);

}  // namespace mdh
