// Who may have which profile: the configuration's lists with their names resolved to uids and gids,
// and what follows from them for one caller. Pure; asking the name service is
// daemon/endpoint/name_service's.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/state/visible.h"

namespace mdh {

// NamesWanted is what the name service is to be asked.
struct NamesWanted {
  std::set<std::string> users;
  std::set<std::string> groups;
  bool memberships = false;  // a list names a group, so it changes who is in which
  bool operator==(const NamesWanted&) const = default;
  bool empty() const { return users.empty() && groups.empty() && !memberships; }
};

// Names is what the name service said. A name or uid that it does not know is there without a
// value.
struct Person {
  std::string name;                   // empty: no such uid
  std::vector<std::uint32_t> groups;  // sorted; the primary one among them
  bool operator==(const Person&) const = default;
};
struct Names {
  std::map<std::string, std::optional<std::uint32_t>, std::less<>> users;
  std::map<std::string, std::optional<std::uint32_t>, std::less<>> groups;
  std::map<std::uint32_t, Person> people;  // whoever was asked about
  bool operator==(const Names&) const = default;
};

// UserList is one of the configuration's lists, resolved.
struct UserList {
  bool anybody = false;
  std::vector<std::uint32_t> users;
  std::vector<std::uint32_t> groups;
};

// Requester is who asks: the uid, and the groups that Names tells of them (null: not known).
struct Requester {
  std::optional<std::uint32_t> user;
  const std::vector<std::uint32_t>* groups = nullptr;
};

// admits() is whether the caller is on the list.
bool admits(const UserList& list, const Requester& caller);

struct ProfileAccess {
  std::string profile;
  UserList users;
};

struct AccessRules {
  std::vector<ProfileAccess> profiles;  // in the configuration's order, which is State's
  UserList owners;                      // self and root
  UserList overseers;                   // who sees all: the owners and the watchers
  bool by_group = false;                // a list names a group, so a caller's groups count
  std::vector<std::string> unknown;     // names of users and @groups that nobody has (yet)
};

// names_wanted() is every name and group in the lists, and the token's group; numbers, "self",
// "root" and "any" need no asking.
NamesWanted names_wanted(const Config& config);
// resolve_access() reads "self" as `self`, "root" as 0, digits as a uid or, after @, as a gid, and
// everything else as `names` tell; a name that they do not know opens nothing.
AccessRules resolve_access(const Config& config, const Names& names, std::uint32_t self);

// find_access() is the profile's rule, or null.
const ProfileAccess* find_access(const AccessRules& rules, std::string_view profile);
// first_profile() is the first profile that the caller may have, or null: what is meant where none
// is named.
const ProfileAccess* first_profile(const AccessRules& rules, const Requester& caller);
// preferred_profile() is the one named `preferred` for those who may have it, else their first.
const ProfileAccess* preferred_profile(const AccessRules& rules, std::string_view preferred,
                                       const Requester& caller);
// visible_to() is what the lists show the caller.
VisibleProfiles visible_to(const AccessRules& rules, const Requester& caller);

}  // namespace mdh
