#include "daemon/verbs/check.h"

#include <unistd.h>

#include "common/report/diagnosis.h"
#include "daemon/config/load_config.h"
#include "daemon/verbs/local_check.h"
#include "daemon/verbs/online_check.h"
#include "daemon/verbs/terminal.h"
#include "daemon/verbs/user_check.h"

namespace mdh {
namespace {

struct Word {
  const char* text;
  Ink ink;
};

Word word_of(Finding::Level level) {
  switch (level) {
    case Finding::Level::ok:
      return {"ok     ", Ink::good};
    case Finding::Level::warning:
      return {"warning", Ink::warning};
    case Finding::Level::error:
      return {"error  ", Ink::bad};
  }
  return {"?      ", Ink::plain};
}

std::string line(const Finding& finding, bool colour) {
  const Word word = word_of(finding.level);
  std::string text = inked(word.text, word.ink, colour) + "  " + printable(finding.text) + "\n";
  if (!finding.hint.empty()) {
    text +=
        "         " + inked("hint:", Ink::strong, colour) + " " + printable(finding.hint) + "\n";
  }
  return text;
}

Facts gather(const Command& command) {
  Facts facts;
  facts.environment = environment_fact();
  const Result<Config> config = load_config(command.source);
  if (!config) {
    facts.config_error = config.error();
    return facts;
  }
  facts.config_origin = config->origin;
  facts.config_warnings = config->warnings;
  for (const AccountConfig& account : config->accounts) {
    for (const ProjectConfig& project : account.projects) {
      facts.profiles.push_back(project.profile);
    }
  }
  add_local_facts(*config, command, facts);
  if (command.online) {
    Progress progress;
    add_online_facts(
        *config, [&](const std::string& text) { progress.show(text); }, facts);
  }
  return facts;
}

std::vector<Finding> diagnose_user(const Command& command) {
  const Result<Config> config = load_config(command.source);
  if (config) return check_user(*config, command.user);
  Facts facts;
  facts.config_error = config.error();
  return diagnose(facts);
}

}  // namespace

int check(const Command& command) {
  const std::vector<Finding> findings =
      command.user.empty() ? diagnose(gather(command)) : diagnose_user(command);
  const bool colour = wants_colour(STDOUT_FILENO);
  std::string text;
  for (const Finding& finding : findings) text += line(finding, colour);
  return print(text) ? exit_status(findings) : 1;
}

}  // namespace mdh
