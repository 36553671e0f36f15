#include "daemon/verbs/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>

#include "daemon/verbs/help_screen.h"
#include "daemon/verbs/mistakes.h"
#include "daemon/verbs/option_groups.h"
#include "daemon/verbs/suggestions.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

const char* const kVersion = "mdh-credentials " MDH_VERSION "\nbuilt with " MDH_LIBRARIES "\n";

const char* const kVerbsFooter =
    "Exit status: 0 good, 1 failed, 2 usage, 78 configuration or key; help VERB tells more.\n"
    "Manual: man mdh-credentials, man mdh-credentials.json";

using Verb = Command::Verb;

// The verbs.

CLI::App* add_verb(CLI::App& app, Command& command, Verb verb, const char* name, const char* text) {
  CLI::App* added = app.add_subcommand(name, text);
  added->group("Verbs");
  added->callback([&command, verb] { command.verb = verb; });
  return added;
}

void add_setup(CLI::App& app, Command& command) {
  CLI::App* setup = add_verb(app, command, Verb::setup, "setup",
                             "From the notebook's .env, or questions, to a running service");
  setup->add_option("--env-file", command.source.env_file, "The notebook's .env [.env here]")
      ->type_name("FILE");
  add_profile(*setup, command, "The AWS profile [the .env's]");
  setup->add_option("--key", command.key, "Another key: agent:, agent:SHA256:..., file:PATH")
      ->type_name("KEY");
  setup->add_option("--form", command.form, "Profile file: process (for kernels that live) or keys")
      ->type_name("FORM")
      ->check(CLI::IsMember({"process", "keys"}));
  setup->add_flag("--system", command.system, "The machine's service, for the users named");
  setup->add_option("--user", command.allowed_users, "Who may have it; repeatable (--system)")
      ->type_name("USER")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  setup->add_flag("--dry-run", command.dry_run, "Show every file and command, do nothing");
  setup->add_flag("--yes", command.yes, "Do it without asking");
  setup->add_flag("--remove", command.remove, "Take everything back that setup made");
  setup->footer("Exit status: 0 done, 1 failed or declined, 2 nobody to agree, 78 a bad answer.");
}

void add_workers(CLI::App& app, Command& command) {
  CLI::App* serve = add_verb(app, command, Verb::serve, "serve",
                             "Run the daemon in the foreground; ends on SIGTERM or SIGINT");
  add_config(*serve, command);
  add_overrides(*serve, command);
  add_folders(*serve, command);
  serve->footer("Exit status: 0 after SIGTERM or SIGINT, 1 runtime, 78 configuration or key.");

  CLI::App* once = add_verb(app, command, Verb::once, "once",
                            "Exchange once for every project, write the profile file, exit");
  add_profile(*once, command, "Only this profile [all]");
  once->add_flag("--dry-run", command.dry_run, "Show the change to the file, write nothing");
  add_config(*once, command);
  add_overrides(*once, command);
  add_folders(*once, command);
  once->footer("Exit status: 0 all profiles, 1 some failed, 78 configuration or key.");

  CLI::App* check = add_verb(app, command, Verb::check, "check",
                             "Examine configuration, keys, clock, files and environment");
  check->add_flag("--online", command.online, "Also exchange once for every project, unwritten");
  check->add_option("--user", command.user, "Say what this user would get, and why")
      ->type_name("USER");
  check->add_flag("!--no-aws", command.aws, "Online: do not ask AWS whose the credentials are");
  check->add_flag("--json", command.json, "The findings for programs");
  add_config(*check, command);
  add_overrides(*check, command);
  add_folders(*check, command);
  check->footer("Exit status: 0 no error, 1 errors found, 78 configuration or key.");
}

void add_questions(CLI::App& app, Command& command) {
  CLI::App* status = add_verb(app, command, Verb::status, "status", "Show how each profile is");
  status->add_flag("--json", command.json, "The daemon's own document");
  status->add_flag("--watch", command.watch, "Show it again every 2 s, until Ctrl-C");
  status->add_flag("--verbose", command.verbose, "Also where the daemon was looked for");
  status->add_flag("--users", command.users, "Who was given what instead; for root and the daemon");
  add_profiles(*status, command);
  add_daemon(*status, command);
  status->footer("Exit status: 0 all valid, 3 some not, 4 no daemon answers.");

  CLI::App* wait = add_verb(app, command, Verb::wait, "wait", "Return when profiles are ready");
  add_profiles(*wait, command);
  wait->add_option_function<unsigned>(
          "--timeout", [&command](unsigned limit) { command.timeout = seconds(limit); },
          "Give up after so long [never]")
      ->type_name("SECONDS");
  add_daemon(*wait, command);
  wait->footer("Exit status: 0 ready; at the timeout 3, or 4 when no daemon answers.");

  CLI::App* refresh =
      add_verb(app, command, Verb::refresh, "refresh", "Ask for new credentials now, and wait");
  add_profiles(*refresh, command);
  add_daemon(*refresh, command);
  refresh->footer("Exit status: 0 all valid, 3 some not, 4 no daemon answers.");
}

void add_environment(CLI::App& app, Command& command) {
  CLI::App* printed = add_verb(app, command, Verb::process, "process",
                               "Print credentials as credential_process wants them");
  add_profile(*printed, command, "The profile")->required();
  add_daemon(*printed, command);
  printed->footer("Exit status: 0 printed, else 1 and one line on stderr.");

  CLI::App* env = add_verb(app, command, Verb::env, "env",
                           "Print shell lines: eval \"$(mdh-credentials env)\"");
  add_child_environment(*env, command);
  add_shell(*env, command);
  env->footer("Exit status: 0 printed, 4 no daemon answers.");

  CLI::App* exec = add_verb(app, command, Verb::exec, "exec",
                            "Run a command that gets its keys from the daemon");
  add_child_environment(*exec, command);
  exec->prefix_command();
  exec->footer(
      "Exit status: the command's; 127 not found, 126 not executable, 4 no daemon answers.");

  CLI::App* rotate = add_verb(app, command, Verb::rotate_token, "rotate-token",
                              "Make a new endpoint token; the old one stays valid for a while");
  rotate
      ->add_option_function<unsigned>(
          "--grace-seconds", [&command](unsigned grace) { command.grace = seconds(grace); },
          "How long the old one stays valid [86400]")
      ->type_name("SECONDS");
  add_config(*rotate, command);
  add_folders(*rotate, command);
  rotate->footer("Exit status: 0 done, 1 failed, 78 configuration.");
}

void add_key(CLI::App& app, Command& command) {
  CLI::App* key = add_verb(app, command, Verb::key, "key",
                           "Print the public half of a key, to be registered in Designer");
  key->add_option("account", command.account, "The account [the only one]")->type_name("ACCOUNT");
  key->add_option("--new", command.new_key, "Make a key of 3072 bits in this new file first")
      ->type_name("FILE")
      ->excludes(key->get_option("account"));
  add_config(*key, command);
  key->footer("Exit status: 0 printed, 1 no file made, 2 which account?, 78 configuration or key.");
}

std::unique_ptr<CLI::App> make_parser(Command& command) {
  auto app = std::make_unique<CLI::App>(
      "Keeps AWS credentials for MyDataHelps projects fresh and serves them on this machine.",
      "mdh-credentials");
  app->set_version_flag("-V,--version", kVersion,
                        "Print this program's and its libraries' versions");
  app->set_help_flag("-h,--help", "Print this help");
  app->require_subcommand(0, 1);
  app->formatter(help_screen());
  app->footer(kVerbsFooter);
  add_setup(*app, command);
  add_workers(*app, command);
  add_key(*app, command);
  add_questions(*app, command);
  add_environment(*app, command);
  return app;
}

// `help status` is `status --help`, `version` is `--version`.
std::vector<std::string> plain_words(int argc, const char* const* argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) return words;
  if (words[0] == "version") words[0] = "--version";
  if (words[0] != "help") return words;
  words.erase(words.begin());
  words.emplace_back("--help");
  return words;
}

Parsed completion(const CLI::App& app, std::vector<std::string> words) {
  Command command;
  command.verb = Verb::complete;
  command.arguments.assign(words.begin() + std::min<long>(2, std::ssize(words)), words.end());
  command.suggestions = suggestions(app, command.arguments);
  return command;
}

// CLI11 wants them the other way round.
void parse(CLI::App& app, std::vector<std::string> words) {
  std::reverse(words.begin(), words.end());
  app.parse(std::move(words));
}

// What CLI11 cannot say in its table.
std::string contradiction(const Command& command) {
  if (command.socket && command.endpoint) return "either --socket or --endpoint";
  const bool exec = command.verb == Verb::exec;
  if (exec && command.arguments.empty()) return "exec needs a command to run";
  if (exec || command.arguments.empty()) return "";
  return "unexpected argument " + command.arguments.front();
}

}  // namespace

Parsed parse_command(int argc, const char* const* argv) {
  Command command;
  const auto app = make_parser(command);
  std::vector<std::string> words = plain_words(argc, argv);
  if (!words.empty() && words[0] == "complete") return completion(*app, std::move(words));
  // What follows the first "--" is the child's and none of the parser's business.
  const auto dashes = std::find(words.begin(), words.end(), "--");
  try {
    parse(*app, {words.begin(), dashes});
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app->get_subcommands();
    const bool no_verb = chosen.empty() && !words[0].starts_with("-");
    if (no_verb) return refuse_word(words[0], *app);
    print(chosen.empty() ? app->help() : chosen.front()->help());
    return 0;
  } catch (const CLI::CallForVersion&) {
    print(kVersion);
    return 0;
  } catch (const CLI::ParseError& error) {
    return refuse(error, *app);
  }
  if (app->get_subcommands().empty()) {
    const int status = refuse("a verb is missing", *app);
    print_aside(app->help());
    return status;
  }
  command.arguments = app->get_subcommands().front()->remaining();
  const bool option = !command.arguments.empty() && command.arguments.front().starts_with("-");
  if (option) return refuse_word(command.arguments.front(), *app);
  if (dashes != words.end()) {
    command.arguments.insert(command.arguments.end(), dashes + 1, words.end());
  }
  const std::string wrong = contradiction(command);
  if (!wrong.empty()) return refuse(wrong, *app);
  return command;
}

}  // namespace mdh
