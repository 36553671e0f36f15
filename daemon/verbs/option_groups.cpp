#include "daemon/verbs/option_groups.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <string_view>

#include "common/config/rules.h"
#include "common/report/environment_lines.h"

namespace mdh {
namespace {

void add_state_folder(CLI::App& verb, Command& command) {
  verb.add_option("--state-dir", command.source.state_dir, "Folder of the endpoint token")
      ->type_name("FOLDER");
}

}  // namespace

void add_config(CLI::App& verb, Command& command) {
  verb.add_option("--config", command.source.config, "Configuration file")->type_name("FILE");
  verb.add_option("--env-file", command.source.env_file,
                  "The notebook's .env; wins over the environment")
      ->type_name("FILE");
}

void add_overrides(CLI::App& verb, Command& command) {
  SourceOptions& source = command.source;
  verb.add_option("--listen", source.listen, "Loopback address and port; repeatable")
      ->type_name("ADDRESS:PORT")
      ->expected(1)
      ->take_all()
      ->allow_extra_args(false);
  verb.add_option("--credentials-file", source.credentials_file,
                  "AWS credentials file to keep up to date")
      ->type_name("FILE");
  verb.add_flag("--no-profile-file", source.no_profile_file, "Write no profile file");
  verb.add_flag("--replace-keys", source.replace_keys, "Replace long-term keys in our sections");
  verb.add_option("--log-level", source.log_level, "How much is said [info]")
      ->type_name("LEVEL")
      ->check(CLI::IsMember({"trace", "debug", "info", "warn", "error"}));
  verb.add_option("--ca-file", source.ca_file, "Trust these certificates instead of the system's")
      ->type_name("FILE");
}

void add_folders(CLI::App& verb, Command& command) {
  add_state_folder(verb, command);
  verb.add_option("--runtime-dir", command.source.runtime_dir, "Folder of the daemon's socket")
      ->type_name("FOLDER");
}

void add_daemon(CLI::App& verb, Command& command) {
  verb.add_option("--socket", command.socket, "The daemon's socket [found by itself]")
      ->type_name("PATH");
  verb.add_option("--endpoint", command.endpoint, "The daemon by TCP instead; loopback only")
      ->type_name("URL")
      ->check([](const std::string& url) {
        const bool local = url.starts_with("http://") && is_upstream_url(url);
        return local ? "" : "must be http:// and an address of loopback";
      });
  add_state_folder(verb, command);
}

CLI::Option* add_profile(CLI::App& verb, Command& command, const char* text) {
  return verb.add_option("profile,--profile", command.profile, text)->type_name("PROFILE");
}

CLI::Option* add_profiles(CLI::App& verb, Command& command) {
  return verb.add_option("profile,--profile", command.profiles, "Only these, also bare [all]")
      ->type_name("PROFILE");
}

void add_child_environment(CLI::App& verb, Command& command) {
  verb.add_option("--profile", command.profile, "The profile [the first]")->type_name("PROFILE");
  auto* imds = verb.add_flag("--imds", command.imds,
                             "Instance metadata form alone, for tools that know no other");
  verb.add_flag("--no-imds", command.no_imds, "Container form alone; instance metadata is disabled")
      ->excludes(imds);
  verb.add_flag("--token-env", command.token_env,
                "Token in a variable too, for SDKs that know no token file");
  verb.add_flag("--isolate", command.isolate,
                "Hide the AWS files, whose [default] keys would win over the daemon");
  add_daemon(verb, command);
}

void add_shell(CLI::App& verb, Command& command) {
  verb.add_option("--shell", command.shell, "Lines for another shell or file [sh]")
      ->type_name("KIND")
      ->check(
          CLI::IsMember(std::vector<std::string>(std::begin(kShellNames), std::end(kShellNames))));
}

}  // namespace mdh
