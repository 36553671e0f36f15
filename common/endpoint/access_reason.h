// Why a user may have a profile, or not: for people who administer the lists. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/endpoint/access.h"

namespace mdh {

struct AccessReason {
  std::string profile;
  std::string list;     // the configuration's key: "accounts[0].projects[1].allowed_users"
  std::string entries;  // what stands in it, "anna, @lab"
  std::string by;       // the entry that lets the user in; empty: none does
};

// explain_access() is one for each profile, in the configuration's order. `self` is the daemon's
// user.
std::vector<AccessReason> explain_access(const Config& config, const Names& names,
                                         const Requester& caller, std::uint32_t self);

}  // namespace mdh
