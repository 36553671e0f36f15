#include "daemon/verbs/options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string_view>

#include "common/exit_status.h"
#include "daemon/verbs/option_groups.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

const char* const kVersion = "mdh-credentials " MDH_VERSION "\nbuilt with " MDH_LIBRARIES "\n";

const char* const kVerbsFooter =
    "Exit status: 0 good, 1 failed, 2 usage, 78 configuration or key; see each verb's --help.\n"
    "Manual: man mdh-credentials, man mdh-credentials.json";

using Verb = Command::Verb;

// Screen lays a verb's help out: the sentence, how to call it, the options, the exit statuses.
class Screen : public CLI::Formatter {
 public:
  Screen() { column_width(30); }
  std::string make_usage(const CLI::App* app, std::string) const override {
    const std::string& name = app->get_name();
    if (app->get_parent() == nullptr) return "Usage: mdh-credentials VERB [OPTIONS]\n";
    const std::string tail = name == "exec"  ? " -- COMMAND [ARGUMENT...]"
                             : name == "key" ? " [ACCOUNT]"
                                             : "";
    return "Usage: mdh-credentials " + name + " [OPTIONS]" + tail + "\n";
  }
};

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
      ->type_name("NAME")
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
      ->type_name("NAME");
  add_config(*check, command);
  add_overrides(*check, command);
  add_folders(*check, command);
  check->footer("Exit status: 0 no error, 1 errors found, 78 configuration or key.");
}

void add_questions(CLI::App& app, Command& command) {
  CLI::App* status = add_verb(app, command, Verb::status, "status", "Show how each profile is");
  status->add_flag("--json", command.json, "The daemon's own document");
  status->add_flag("--verbose", command.verbose, "Also where the daemon was looked for");
  status->add_flag("--users", command.users, "Who was given what instead; for root and the daemon");
  add_profile(*status, command, "Only this profile [all]");
  add_daemon(*status, command);
  status->footer("Exit status: 0 all valid, 3 some not, 4 no daemon answers.");

  CLI::App* wait = add_verb(app, command, Verb::wait, "wait", "Return when profiles are ready");
  add_profile(*wait, command, "Only this profile [all]");
  wait->add_option_function<unsigned>(
          "--timeout", [&command](unsigned limit) { command.timeout = seconds(limit); },
          "Give up after so long [never]")
      ->type_name("SECONDS");
  add_daemon(*wait, command);
  wait->footer("Exit status: 0 ready; at the timeout 3, or 4 when no daemon answers.");

  CLI::App* refresh =
      add_verb(app, command, Verb::refresh, "refresh", "Ask for new credentials now, and wait");
  add_profile(*refresh, command, "Only this profile [all]");
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
  app->set_version_flag("--version", kVersion, "Print this program's and its libraries' versions");
  app->set_help_flag("--help", "Print this help");
  app->require_subcommand(0, 1);
  app->formatter(std::make_shared<Screen>());
  app->footer(kVerbsFooter);
  add_setup(*app, command);
  add_workers(*app, command);
  add_key(*app, command);
  add_questions(*app, command);
  add_environment(*app, command);
  return app;
}

std::string lower_first(std::string text) {
  const bool word = text.size() > 1 && text[1] >= 'a' && text[1] <= 'z';
  if (word && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
  return text;
}

int refuse(const std::string& message, const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  const std::string verb = chosen.empty() ? "" : chosen.front()->get_name() + " ";
  print_error({ErrorClass::config, Stage::config, lower_first(message),
               "mdh-credentials " + verb + "--help shows what there is"});
  return kExitUsage;
}

}  // namespace

Parsed parse_command(int argc, const char* const* argv) {
  Command command;
  const auto app = make_parser(command);
  // What follows the first "--" is the child's and none of the parser's business.
  const char* const* end = argv + argc;
  const char* const* dashes =
      std::find_if(argv, end, [](const char* word) { return std::string_view(word) == "--"; });
  try {
    app->parse(static_cast<int>(dashes - argv), argv);
  } catch (const CLI::CallForHelp&) {
    const auto chosen = app->get_subcommands();
    print(chosen.empty() ? app->help() : chosen.front()->help());
    return 0;
  } catch (const CLI::CallForVersion&) {
    print(kVersion);
    return 0;
  } catch (const CLI::ParseError& error) {
    return refuse(error.what(), *app);
  }
  if (app->get_subcommands().empty()) return refuse("a verb is missing", *app);
  command.arguments = app->get_subcommands().front()->remaining();
  if (dashes != end) command.arguments.insert(command.arguments.end(), dashes + 1, end);
  if (command.socket && command.endpoint) return refuse("either --socket or --endpoint", *app);
  const bool exec = command.verb == Verb::exec;
  if (exec && command.arguments.empty()) return refuse("exec needs a command to run", *app);
  if (!exec && !command.arguments.empty()) {
    return refuse("unexpected argument " + command.arguments.front(), *app);
  }
  return command;
}

}  // namespace mdh
