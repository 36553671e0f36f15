#include "common/endpoint/access_reason.h"

#include <algorithm>

namespace mdh {
namespace {

// A configuration whose one list is that entry: what lets the caller in is one of the entries.
bool lets_in(const std::string& entry, const Names& names, const Requester& caller,
             std::uint32_t self) {
  Config config;
  config.endpoint.allowed_users = {entry};
  config.accounts.resize(1);
  config.accounts[0].projects.resize(1);
  return first_profile(resolve_access(config, names, self), caller) != nullptr;
}

std::string joined(const std::vector<std::string>& entries) {
  std::string text;
  for (const std::string& entry : entries) text += (text.empty() ? "" : ", ") + entry;
  return text;
}

}  // namespace

std::vector<AccessReason> explain_access(const Config& config, const Names& names,
                                         const Requester& caller, std::uint32_t self) {
  std::vector<AccessReason> reasons;
  for (std::size_t i = 0; i < config.accounts.size(); ++i) {
    const AccountConfig& account = config.accounts[i];
    for (std::size_t j = 0; j < account.projects.size(); ++j) {
      const ProjectConfig& project = account.projects[j];
      const bool own = !project.allowed_users.empty();
      const auto& list = own ? project.allowed_users : config.endpoint.allowed_users;
      const auto entry = std::find_if(list.begin(), list.end(), [&](const std::string& one) {
        return lets_in(one, names, caller, self);
      });
      const std::string path =
          "accounts[" + std::to_string(i) + "].projects[" + std::to_string(j) + "]";
      reasons.push_back({project.profile, own ? path + ".allowed_users" : "endpoint.allowed_users",
                         joined(list), entry == list.end() ? "" : *entry});
    }
  }
  return reasons;
}

}  // namespace mdh
