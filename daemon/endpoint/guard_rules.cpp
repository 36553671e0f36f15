#include "daemon/endpoint/guard_rules.h"

#include <pwd.h>
#include <unistd.h>

#include <charconv>
#include <optional>

namespace mdh {
namespace {

std::optional<std::uint32_t> uid_of(const std::string& user) {
  if (user == "self") return geteuid();
  if (user == "root") return 0;
  std::uint32_t uid = 0;
  const auto [end, failure] = std::from_chars(user.data(), user.data() + user.size(), uid);
  if (failure == std::errc() && end == user.data() + user.size()) return uid;
  passwd entry{};
  passwd* found = nullptr;
  std::vector<char> room(16384);
  if (getpwnam_r(user.c_str(), &entry, room.data(), room.size(), &found) != 0) return std::nullopt;
  return found == nullptr ? std::nullopt : std::optional<std::uint32_t>(found->pw_uid);
}

// "127.0.0.1:6340" is 127.0.0.1; "[::1]:6340" is both [::1] and, as aws-c-auth says it, ::1.
void add_host(const std::string& listen, std::vector<std::string>& hosts) {
  const std::string host = listen.substr(0, listen.rfind(':'));
  if (host.empty()) return;
  hosts.push_back(host);
  if (host.front() == '[' && host.back() == ']') hosts.push_back(host.substr(1, host.size() - 2));
}

}  // namespace

ResolvedRules resolve_rules(const EndpointConfig& config) {
  ResolvedRules resolved;
  resolved.rules.imds = config.imds;
  resolved.rules.imds_v1 = config.imds_v1;
  for (const std::string& listen : config.listen) add_host(listen, resolved.rules.hosts);
  for (const std::string& user : config.allowed_users) {
    if (user == "any") {
      resolved.rules.any_user = true;
    } else if (const auto uid = uid_of(user)) {
      resolved.rules.users.push_back(*uid);
    } else {
      resolved.unknown_users.push_back(user);
    }
  }
  return resolved;
}

}  // namespace mdh
