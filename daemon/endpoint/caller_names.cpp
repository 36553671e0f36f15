#include "daemon/endpoint/caller_names.h"

#include <unistd.h>

#include <algorithm>

#include "daemon/system/log.h"

namespace mdh {
namespace {

// "127.0.0.1:6340" is 127.0.0.1; "[::1]:6340" is both [::1] and, as aws-c-auth says it, ::1.
void add_host(const std::string& listen, std::vector<std::string>& hosts) {
  const std::string host = listen.substr(0, listen.rfind(':'));
  if (host.empty()) return;
  hosts.push_back(host);
  if (host.front() == '[' && host.back() == ']') hosts.push_back(host.substr(1, host.size() - 2));
}

bool holds(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void CallerNames::configure(const Config& config) {
  config_ = config;
  wanted_ = names_wanted(config_);
  rules_.imds = config.endpoint.imds;
  rules_.imds_v1 = config.endpoint.imds_v1;
  rules_.hosts.clear();
  for (const std::string& listen : config.endpoint.listen) add_host(listen, rules_.hosts);
  resolve();
}

void CallerNames::take_names(std::shared_ptr<const Names> names) {
  names_ = std::move(names);
  resolve();
  tell_unknown();
}

void CallerNames::resolve() {
  rules_.access = resolve_access(config_, names_ ? *names_ : Names(), geteuid());
}

void CallerNames::tell_unknown() {
  const std::vector<std::string>& unknown = rules_.access.unknown;
  for (const std::string& name : unknown) {
    if (holds(told_, name)) continue;
    log_line(LogLevel::warn,
             "nobody is called " + name +
                 " (allowed_users, watchers); the name service is asked again every minute",
             {{"MDH_STAGE", "endpoint"}});
  }
  for (const std::string& name : told_) {
    if (!holds(unknown, name))
      log_line(LogLevel::info, name + " is known now", {{"MDH_STAGE", "endpoint"}});
  }
  told_ = unknown;
}

Peer CallerNames::known(Peer peer) {
  if (!peer.user || !rules_.access.by_group) return peer;
  if (names_) {
    const auto found = names_->people.find(*peer.user);
    if (found != names_->people.end()) peer.groups = &found->second.groups;
  }
  if (peer.groups == nullptr) ask_(*peer.user);
  return peer;
}

bool CallerNames::pending(const Peer& peer) const {
  if (!names_ && !wanted_.empty()) return true;
  return rules_.access.by_group && peer.user && peer.groups == nullptr;
}

std::string CallerNames::name_of(std::uint32_t user) const {
  if (user == 0) return "root";
  if (!names_) return "";
  const auto found = names_->people.find(user);
  if (found != names_->people.end()) return found->second.name;
  for (const auto& [name, uid] : names_->users) {
    if (uid == user) return name;
  }
  return "";
}

}  // namespace mdh
