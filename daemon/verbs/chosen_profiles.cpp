#include "daemon/verbs/chosen_profiles.h"

#include <string_view>

#include "common/config/rules.h"
#include "common/exit_status.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

int nothing_to_see(const StatusView& view) {
  print_error({ErrorClass::refused, Stage::endpoint,
               "none of the daemon's profiles is yours: no allowed_users names your user",
               "as root: mdh-credentials check --user NAME says why (" +
                   std::to_string(view.hidden) + " are there)"});
  return kExitNotReady;
}

}  // namespace

Error unknown_profile(const std::string& who, const std::string& profile,
                      const std::vector<std::string>& known) {
  constexpr std::size_t kMost = 20;
  const std::string near(nearest(profile, {known.begin(), known.end()}));
  std::string names;
  for (std::size_t i = 0; i < known.size() && i < kMost; ++i) {
    names += (i == 0 ? "" : ", ") + known[i];
  }
  if (known.size() > kMost) names += ", ... (mdh-credentials status shows all)";
  std::string hint = near.empty() ? "" : "did you mean " + near + "? ";
  if (!names.empty()) hint += "it knows: " + names;
  return {.message = who + " knows no profile " + profile, .hint = hint};
}

Error unknown_profile(const StatusView& view, const std::string& profile) {
  std::vector<std::string> known;
  for (const ProfileView& one : view.profiles) known.push_back(one.profile);
  return unknown_profile("the daemon", profile, known);
}

std::vector<ProfileView> chosen(const Command& command, const StatusView& view) {
  if (command.profiles.empty()) return view.profiles;
  std::vector<ProfileView> profiles;
  for (const std::string& name : command.profiles) {
    const ProfileView* found = view.find(name);
    if (found == nullptr) return {};
    profiles.push_back(*found);
  }
  return profiles;
}

int no_such_profile(const Command& command, const StatusView& view) {
  if (command.profiles.empty()) return nothing_to_see(view);
  for (const std::string& name : command.profiles) {
    if (view.find(name) == nullptr) print_error(unknown_profile(view, name));
  }
  return kExitUsage;
}

}  // namespace mdh
