// The first half of a refresh: an assertion becomes an access token (RFC 6749 section 4.4 with RFC
// 7523 section 2.2). Request out, reply in; sending is another's. Pure; thread-safe.
#pragma once

#include "common/config/config.h"
#include "common/credentials.h"
#include "common/result.h"
#include "common/upstream/assertion.h"
#include "common/upstream/http.h"

namespace mdh {

// token_request() is the POST to the account's token URL.
UpstreamRequest token_request(const AccountConfig& account, const Assertion& assertion);

// read_token() is the access token of the reply, or an Error of stage token: refused with
// oauth_error (and, for invalid_client, the likely causes), throttled, unreachable, or malformed.
Result<AccessToken> read_token(const AccountConfig& account, UpstreamReply reply,
                               const RoundTrip& clocks);

}  // namespace mdh
