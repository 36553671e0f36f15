#include "daemon/verbs/complete.h"

#include "common/ascii.h"
#include "common/config/rules.h"
#include "daemon/config/load_config.h"
#include "daemon/verbs/endpoint_client.h"
#include "daemon/verbs/suggestions.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

using Names = std::vector<std::string>;

Names profiles() {
  Names names;
  if (const auto daemon = find_daemon(Command{})) {
    for (const ProfileView& one : daemon->status().profiles) names.push_back(one.profile);
    return names;
  }
  const auto config = load_config(SourceOptions{});
  if (!config) return names;
  for (const AccountConfig& account : config->accounts) {
    for (const ProjectConfig& project : account.projects) names.push_back(project.profile);
  }
  return names;
}

// Those that no shell could take for anything but a word.
Names accounts() {
  Names names;
  const auto config = load_config(SourceOptions{});
  if (!config) return names;
  for (const AccountConfig& account : config->accounts) {
    if (is_profile(account.name)) names.push_back(account.name);
  }
  return names;
}

std::string lines_of(const Names& names, const std::string& typed) {
  std::string text;
  for (const std::string& name : names) {
    if (name.starts_with(typed)) text += name + "\n";
  }
  return text;
}

}  // namespace

int print_suggestions(const Command& command) {
  std::string text;
  const std::string typed = command.arguments.empty() ? "" : command.arguments.back();
  for (const std::string& line : command.suggestions) {
    if (line == kSuggestProfile) {
      text += lines_of(profiles(), typed == "=" ? "" : typed);
    } else if (line == kSuggestAccount) {
      text += lines_of(accounts(), typed);
    } else {
      text += line + "\n";
    }
  }
  print(text);
  return 0;
}

}  // namespace mdh
