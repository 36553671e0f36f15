#include "daemon/verbs/check.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "common/report/diagnosis.h"
#include "daemon/config/load_config.h"
#include "daemon/keys/examine_key.h"
#include "daemon/verbs/asked_daemon.h"
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

// Keys that only the daemon can use are its to judge; this process signs with what it can.
void take_keys(const Config& config, const SelfReport& report, bool online, Facts& facts) {
  if (report.keys) facts.keys = *report.keys;
  if (!online) return;
  for (const AccountConfig& account : config.accounts) {
    if (examine_key(account).error) facts.daemons_keys.push_back(account.name);
  }
}

void take_config(const Config& config, Facts& facts) {
  facts.config_origin = config.origin;
  facts.config_warnings = config.warnings;
  for (const AccountConfig& account : config.accounts) {
    for (const ProjectConfig& project : account.projects) {
      facts.profiles.push_back(project.profile);
    }
  }
}

void ask_services(const Config& config, const Command& command, Facts& facts) {
  Progress progress;
  const OnlineCheck how{[&](const std::string& text) { progress.show(text); }, command.aws};
  add_online_facts(config, how, facts);
}

// The set that the daemon serves, where this process cannot sign for one of its own.
void prove_served(const Config& config, const EndpointClient& client, Facts& facts) {
  for (const AccountConfig& account : config.accounts) {
    const auto& foreign = facts.daemons_keys;
    if (std::find(foreign.begin(), foreign.end(), account.name) == foreign.end()) continue;
    for (const ProjectConfig& project : account.projects) {
      const Result<ClientReply> reply = client.get_credentials(project.profile);
      if (!reply || reply->status != 200) continue;  // it may be others' alone
      if (const auto set = read_container_document(reply->body.reveal()))
        add_identity(config, project, *set, facts);
    }
  }
}

// What came by the daemon's environment is not to be had from here.
void take_daemons_word(const StatusView& view, Facts& facts) {
  facts.config_origin = view.config + " of the daemon";
  for (const ProfileView& profile : view.profiles) facts.profiles.push_back(profile.profile);
}

// Root takes no other user's configuration; that user's daemon has taken it.
bool is_another_users(const std::string& file, const std::string& socket) {
  struct stat of_file {
  }, of_socket{};
  if (geteuid() != 0 || stat(file.c_str(), &of_file) != 0) return false;
  return stat(socket.c_str(), &of_socket) == 0 && of_file.st_uid != 0 &&
         of_file.st_uid == of_socket.st_uid;
}

void gather_beside(const AskedDaemon& daemon, const Command& command, Facts& facts) {
  facts.daemon = daemon_fact(daemon);
  const Result<Config> config = load_config(as_the_daemon(command.source, daemon.report));
  if (config) {
    take_config(*config, facts);
    take_keys(*config, daemon.report, command.online, facts);
    add_common_facts(*config, facts);
    if (command.online) ask_services(*config, command, facts);
    if (command.online && command.aws) prove_served(*config, daemon.client, facts);
    return;
  }
  const std::string& file = daemon.report.config_file;
  if (file.empty() || is_another_users(file, daemon.client.where())) {
    take_daemons_word(daemon.client.status(), facts);
  } else {
    facts.config_error = config.error();
  }
  if (daemon.report.keys) facts.keys = *daemon.report.keys;
}

Facts gather(const Command& command) {
  Facts facts;
  facts.environment = environment_fact();
  const std::optional<AskedDaemon> daemon = ask_daemon(command);
  if (daemon && daemon->serves) {
    gather_beside(*daemon, command, facts);
    return facts;
  }
  const bool named = command.source.config || command.source.env_file;
  if (daemon && !named) facts.other_daemon = daemon->client.status().config;
  const Result<Config> config = load_config(command.source);
  if (!config) {
    facts.config_error = config.error();
    return facts;
  }
  take_config(*config, facts);
  add_local_facts(*config, command.source, daemon ? &daemon->client.status() : nullptr, facts);
  add_common_facts(*config, facts);
  if (command.online) ask_services(*config, command, facts);
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
  if (command.json) return print(findings_json(findings) + "\n") ? exit_status(findings) : 1;
  const bool colour = wants_colour(STDOUT_FILENO);
  std::string text;
  for (const Finding& finding : findings) text += line(finding, colour);
  return print(text + verdict(findings) + "\n") ? exit_status(findings) : 1;
}

}  // namespace mdh
