// The guard's rules, made from the configuration: user names become uids (getpwnam_r, which may ask
// a directory service: at a start or a reload, never during a request).
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/endpoint/guard.h"

namespace mdh {

struct ResolvedRules {
  GuardRules rules;
  std::vector<std::string> unknown_users;  // names that nobody has; they open nothing
};

// resolve_rules() reads "self" as the daemon's own user, "root" as 0, "any" as everybody, digits as
// a uid, anything else as a name.
ResolvedRules resolve_rules(const EndpointConfig& config);

}  // namespace mdh
