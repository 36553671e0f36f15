#include "daemon/verbs/setup_answers.h"

#include <cstdlib>
#include <regex>

#include "common/ascii.h"
#include "common/config/config_text.h"
#include "common/config/from_notebook.h"
#include "common/config/rules.h"
#include "daemon/config/load_config.h"
#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"
#include "daemon/verbs/questions.h"
#include "daemon/verbs/setup_key.h"

namespace mdh {
namespace {

constexpr const char* kDotenv = ".env";

Error wrong(std::string message, std::string hint = {}) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

// The notebook's .env: the one that is named, or one here that speaks of the service account.
std::optional<std::string> env_file(const Command& command) {
  if (command.source.env_file) return expanded(*command.source.env_file);
  const auto text = read_secret(expanded(kDotenv));
  if (!text || !contains(text->reveal(), "RKS_")) return std::nullopt;
  return expanded(kDotenv);
}

std::function<Done(const std::string&)> keeps(const TextRule& rule, const std::string& what) {
  return [&rule, what](const std::string& answer) {
    return rule.allows(answer) ? done() : Done(wrong(what + " must be " + std::string(rule.words)));
  };
}

// What stands in the variable already counts as the answer where nobody can or wants to be asked.
Result<std::string> answer(const Command& command, const char* variable, Question question) {
  if (const auto named = environment_variable(variable)) question.otherwise = *named;
  if (can_ask() && !command.yes) return ask(question);
  if (question.otherwise.empty()) {
    return wrong("nobody can be asked for: " + question.text,
                 std::string("give a .env (--env-file FILE), set ") + variable +
                     ", or run it in a terminal without --yes");
  }
  const Done taken = question.check(question.otherwise);
  if (!taken) return taken.error();
  return question.otherwise;
}

bool is_project_id(const std::string& text) {
  static const std::regex form("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");
  return std::regex_match(text, form);
}

Done ask_account(const Command& command, AccountConfig& account) {
  const auto name = answer(command, "RKS_SERVICE_ACCOUNT",
                           {"Service account in MyDataHelps Designer, such as MyDataHelps.1234.lab",
                            "", keeps(kLine, "the service account")});
  if (!name) return name.error();
  account.service_account = *name;
  const auto key = answer(command, "RKS_PRIVATE_KEY",
                          {"Its private key: the path of a PEM file, or agent: for an ssh-agent's",
                           "", [](const std::string& given) { return key_is_usable(given); }});
  if (!key) return key.error();
  account.private_key = key_reference_from_variable(*key);
  return done();
}

Done ask_project(const Command& command, const AccountConfig& account, ProjectConfig& project) {
  const char* variable =
      environment_variable("RKS_PROJECT_ID") ? "RKS_PROJECT_ID" : "RKS_PROJECT_CODE";
  const auto name = answer(command, variable,
                           {"Project: its code (RK.1234.Lab) or its id from Designer's address", "",
                            keeps(kLine, "the project")});
  if (!name) return name.error();
  (is_project_id(*name) ? project.project_id : project.project_code) = *name;
  const auto profile =
      answer(command, "AWS_PROFILE_NAME",
             {"AWS profile to make for it", "mdh-" + account_name(account.service_account),
              keeps(kProfile, "the profile")});
  if (!profile) return profile.error();
  project.profile = *profile;
  return done();
}

Done take_url(const char* variable, std::string& url) {
  const auto named = environment_variable(variable);
  if (!named) return done();
  if (!is_upstream_url(*named)) {
    return wrong(std::string(variable) + " must be " + std::string(kUpstreamUrl.words));
  }
  url = *named;
  return done();
}

Result<Config> ask_everything(const Command& command) {
  Config config;
  AccountConfig& account = config.accounts.emplace_back();
  ProjectConfig& project = account.projects.emplace_back();
  if (Done asked = ask_account(command, account); !asked) return asked.error();
  if (Done asked = ask_project(command, account, project); !asked) return asked.error();
  if (Done taken = take_url("MDH_TOKEN_URL", account.token_url); !taken) return taken.error();
  if (Done taken = take_url("MDH_EXCHANGE_URL", project.exchange_url); !taken) return taken.error();
  account.audience = account.token_url;
  return config;
}

// The options stand in for what a .env or the environment does not name.
void lend_options(const Command& command) {
  if (!command.key.empty()) ::setenv("RKS_PRIVATE_KEY", command.key.c_str(), 1);
  if (!command.profile.empty()) ::setenv("AWS_PROFILE_NAME", command.profile.c_str(), 1);
}

Done take_options(const Command& command, Config& config) {
  ProjectConfig& project = config.accounts.front().projects.front();
  if (!command.profile.empty()) project.profile = command.profile;
  if (!is_profile(project.profile)) {
    return wrong("--profile must be " + std::string(kProfile.words));
  }
  for (const std::string& user : command.allowed_users) {
    if (!is_user_or_group(user)) return wrong("--user must be " + std::string(kUser.words));
  }
  project.allowed_users = command.allowed_users;
  if (!command.key.empty()) {
    config.accounts.front().private_key = key_reference_from_variable(command.key);
  }
  config.profile_file.enabled = !command.system;
  config.profile_file.form =
      command.form == "keys" ? ProfileFileConfig::Form::keys : ProfileFileConfig::Form::process;
  return done();
}

}  // namespace

Result<SetupAnswers> gather_answers(const Command& command) {
  lend_options(command);
  const auto file = env_file(command);
  SourceOptions source;
  source.env_file = file;
  Result<Config> config = file ? load_config(source) : ask_everything(command);
  if (!config) return config.error();
  if (Done taken = take_options(command, *config); !taken) return taken.error();
  AccountConfig& account = config->accounts.front();
  account.name = account_name(account.service_account);
  const auto key = settle_key(command, account);
  if (!key) return key.error();
  return SetupAnswers{file.value_or("your answers"), std::move(*config), *key};
}

}  // namespace mdh
