// The system's users and groups (getpwnam_r, getgrnam_r), asked by name or number.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

namespace mdh {

// user_number() is the uid of a user's name, or of a number as it is (it need not exist: a pod's
// users have no names); nothing when there is no such user. "root" is always 0.
std::optional<uid_t> user_number(const std::string& name);
// group_number() is the same for groups.
std::optional<gid_t> group_number(const std::string& name);

}  // namespace mdh
