// One set of temporary AWS credentials as upstream issued it, and the access token that bought it.
// Both immutable once made, shared by pointer between threads.
#pragma once

#include <memory>
#include <string>

#include "common/secret.h"
#include "common/timestamp.h"

namespace mdh {

// AccessToken is opaque (RFC 6749 section 1.4) and serves all projects of its account.
struct AccessToken {
  Secret value;
  BootTime usable_until{};  // expires_in less the 30 s margin; the moment of issue when it may be
                            // used once
};
using AccessTokenPtr = std::shared_ptr<const AccessToken>;

// No set lives longer: an expiration beyond it is not believed.
inline constexpr std::chrono::hours kLongestLife{36};

struct Credentials {
  std::string access_key_id;
  Secret secret_access_key;
  Secret session_token;
  // Upstream's word, in upstream's time. How long the set is served is another matter (SetLife).
  WallTime expiration{};
  bool expiration_named = true;  // false: 900 s from the request, by the local clock
  WallTime received{};           // by the local clock
};
using CredentialsPtr = std::shared_ptr<const Credentials>;

}  // namespace mdh
