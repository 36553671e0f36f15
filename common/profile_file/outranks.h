// What in the AWS files is read before what the daemon gives: one table of rules, each with the
// SDKs that are known to follow it. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace mdh {

// What is outranked.
enum class Offer {
  endpoint,  // by [default], which every SDK asks before a container or an instance
  keys,      // ours in the credentials file
  process    // our credential_process in the config file
};

// The two files as text; a path is for messages.
struct AwsFiles {
  std::string credentials_path;
  std::string_view credentials;
  std::string config_path;
  std::string_view config;
};

struct Outranking {
  Offer offer = Offer::endpoint;
  std::string path;
  std::size_t line = 0;  // of the key, from 1
  std::string section;   // as it stands between the brackets
  std::string key;
  std::string sdks;  // "boto3, AWS CLI, Java"

  bool operator==(const Outranking&) const = default;
};

// outranking() is every key of the profile's sections that outranks the offer, at most one a rule
// and file; an Error (class storage) names the file and line that botocore could not parse. For the
// endpoint the profile is "default".
Result<std::vector<Outranking>> outranking(const AwsFiles& files, std::string_view profile,
                                           Offer offer);

// metadata_borrowers() is a sentence for each `credential_source = Ec2InstanceMetadata`, whose role
// is assumed with whatever the metadata address gives. Files that cannot be read have none.
std::vector<std::string> metadata_borrowers(const AwsFiles& files);

// text_of() is the sentence, without a full stop; cure_of() what to do.
std::string text_of(const Outranking& one);
std::string cure_of(const Outranking& one);

}  // namespace mdh
