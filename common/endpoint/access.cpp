#include "common/endpoint/access.h"

#include <algorithm>
#include <charconv>

namespace mdh {
namespace {

std::optional<std::uint32_t> number(std::string_view text) {
  std::uint32_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = failure == std::errc() && end == text.data() + text.size();
  return whole ? std::optional(value) : std::nullopt;
}

bool is_group(std::string_view user) {
  return user.substr(0, 1) == "@";
}

bool needs_asking(std::string_view user) {
  return user != "self" && user != "root" && user != "any" && !number(user);
}

void want(const std::vector<std::string>& list, NamesWanted& wanted) {
  for (const std::string& user : list) {
    if (is_group(user)) {
      wanted.memberships = true;
      if (!number(std::string_view(user).substr(1))) wanted.groups.insert(user.substr(1));
    } else if (needs_asking(user)) {
      wanted.users.insert(user);
    }
  }
}

template <typename Map>
std::optional<std::uint32_t> told(const Map& map, std::string_view name) {
  const auto found = map.find(name);
  return found == map.end() ? std::nullopt : found->second;
}

// Resolver makes lists, and notes what nobody has.
class Resolver {
 public:
  Resolver(const Names& names, std::uint32_t self, AccessRules& rules)
      : names_(names), self_(self), rules_(rules) {}

  UserList list(const std::vector<std::string>& users) {
    UserList made;
    for (const std::string& user : users) add(user, made);
    return made;
  }

 private:
  void add(const std::string& user, UserList& list) {
    if (user == "any") {
      list.anybody = true;
    } else if (is_group(user)) {
      rules_.by_group = true;
      const std::string_view name = std::string_view(user).substr(1);
      const auto gid = number(name);
      put(user, gid ? gid : told(names_.groups, name), list.groups);
    } else {
      put(user, uid_of(user), list.users);
    }
  }

  std::optional<std::uint32_t> uid_of(const std::string& user) const {
    if (user == "self") return self_;
    if (user == "root") return 0;
    const auto uid = number(user);
    return uid ? uid : told(names_.users, user);
  }

  void put(const std::string& name, std::optional<std::uint32_t> id,
           std::vector<std::uint32_t>& ids) {
    if (id) return ids.push_back(*id);
    auto& unknown = rules_.unknown;
    if (std::find(unknown.begin(), unknown.end(), name) == unknown.end()) unknown.push_back(name);
  }

  const Names& names_;
  std::uint32_t self_;
  AccessRules& rules_;
};

}  // namespace

bool admits(const UserList& list, const Requester& caller) {
  if (list.anybody) return true;
  if (!caller.user) return false;
  const auto& users = list.users;
  if (std::find(users.begin(), users.end(), *caller.user) != users.end()) return true;
  return caller.groups != nullptr &&
         std::any_of(list.groups.begin(), list.groups.end(), [&](std::uint32_t group) {
           return std::binary_search(caller.groups->begin(), caller.groups->end(), group);
         });
}

NamesWanted names_wanted(const Config& config) {
  NamesWanted wanted;
  want(config.endpoint.allowed_users, wanted);
  want(config.endpoint.watchers, wanted);
  for (const AccountConfig& account : config.accounts) {
    for (const ProjectConfig& project : account.projects) want(project.allowed_users, wanted);
  }
  const std::string& group = config.endpoint.token_group;
  if (!group.empty() && !number(group)) wanted.groups.insert(group);
  return wanted;
}

AccessRules resolve_access(const Config& config, const Names& names, std::uint32_t self) {
  AccessRules rules;
  Resolver resolver(names, self, rules);
  const UserList endpoints = resolver.list(config.endpoint.allowed_users);
  for (const AccountConfig& account : config.accounts) {
    for (const ProjectConfig& project : account.projects) {
      const bool own = !project.allowed_users.empty();
      rules.profiles.push_back(
          {project.profile, own ? resolver.list(project.allowed_users) : endpoints});
    }
  }
  rules.overseers = resolver.list(config.endpoint.watchers);
  rules.owners.users = {self, 0};
  rules.overseers.users.insert(rules.overseers.users.end(), {self, 0});
  return rules;
}

const ProfileAccess* find_access(const AccessRules& rules, std::string_view profile) {
  const auto found = std::find_if(rules.profiles.begin(), rules.profiles.end(),
                                  [&](const ProfileAccess& one) { return one.profile == profile; });
  return found == rules.profiles.end() ? nullptr : &*found;
}

const ProfileAccess* first_profile(const AccessRules& rules, const Requester& caller) {
  const auto found =
      std::find_if(rules.profiles.begin(), rules.profiles.end(),
                   [&](const ProfileAccess& one) { return admits(one.users, caller); });
  return found == rules.profiles.end() ? nullptr : &*found;
}

const ProfileAccess* preferred_profile(const AccessRules& rules, std::string_view preferred,
                                       const Requester& caller) {
  const ProfileAccess* found = find_access(rules, preferred);
  return found != nullptr && admits(found->users, caller) ? found : first_profile(rules, caller);
}

VisibleProfiles visible_to(const AccessRules& rules, const Requester& caller) {
  const bool all = admits(rules.overseers, caller);
  VisibleProfiles visible;
  for (const ProfileAccess& one : rules.profiles)
    visible.push_back(all || admits(one.users, caller));
  return visible;
}

}  // namespace mdh
