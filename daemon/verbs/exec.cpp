#include "daemon/verbs/exec.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "common/exit_status.h"
#include "common/report/child_environment.h"
#include "common/report/status_view.h"
#include "daemon/config/folders.h"
#include "daemon/profile_file/rivals.h"
#include "daemon/system/environment.h"
#include "daemon/system/process_hygiene.h"
#include "daemon/system/read_file.h"
#include "daemon/verbs/aws_files.h"
#include "daemon/verbs/endpoint_client.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

int complain(const Error& error, int status) {
  print_error(error);
  return status;
}

// What would win over the daemon although the environment is right.
void warn_of_default(const Command& command) {
  if (command.isolate) return;
  const auto rivals =
      rivals_of({aws_credentials_path(), aws_config_path()}, "default", Offer::endpoint);
  if (!rivals) return warn(rivals.error().message);
  for (const Outranking& one : *rivals) warn(text_of(one) + ": " + cure_of(one));
}

// A file of AWS's form that holds the region alone, for --isolate; made anew each time, by rename.
Result<std::string> isolated_file(const Command& command, const std::string& region) {
  const Result<std::string> state = open_state_folder(command.source);
  if (!state) return state.error();
  const std::string path = *state + "/isolated-" + region;
  const std::string fresh = path + "." + std::to_string(getpid());
  std::ofstream file(fresh, std::ios::trunc);
  file << "[default]\nregion = " << region << "\n";
  file.close();
  std::error_code error;
  if (file) std::filesystem::rename(fresh, path, error);
  if (file && !error) return path;
  return Error{ErrorClass::storage, Stage::file, "cannot write " + path,
               "leave --isolate away, or give a writable --state-dir"};
}

Error unknown_profile(const std::string& profile) {
  return {ErrorClass::config, Stage::config, "the daemon knows no profile " + profile,
          "mdh-credentials status lists them"};
}

// What is not shown may be there and be another's: the daemon says which.
Error not_to_be_had(const EndpointClient& client, const std::string& profile) {
  const Result<ClientReply> reply = client.get_credentials(profile);
  const bool refused = reply && reply->status == 403;
  return refused ? refusal(profile, *reply) : unknown_profile(profile);
}

Error no_address() {
  return {
      ErrorClass::refused, Stage::endpoint, "the daemon does not tell this user its address",
      "name it with --endpoint, and the token's file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"};
}

Result<ChildWish> wish_of(const Command& command) {
  const auto client = find_daemon(command);
  if (!client) return client.error();
  const ProfileView* profile = client->status().find(command.profile);
  if (profile == nullptr) return not_to_be_had(*client, command.profile);
  if (client->base_url().empty()) return no_address();
  for (const std::string& fault : client->status().endpoint_faults) warn(fault);
  const Result<std::string> token_file = client->ask_token_file();
  if (!token_file) return token_file.error();
  ChildWish wish;
  wish.base_url = client->base_url();
  wish.profile = profile->profile;
  wish.token_file = *token_file;
  wish.region = profile->region;
  wish.imds = command.imds;
  wish.no_proxy = environment_variable("no_proxy")
                      .value_or(environment_variable("NO_PROXY").value_or(std::string()));
  if (command.token_env && !command.imds) {
    const Result<Secret> token = read_secret(*token_file, 4096);
    if (!token) return token.error();
    wish.token = token->reveal();
  }
  if (command.isolate) {
    const Result<std::string> file = isolated_file(command, profile->region);
    if (!file) return file.error();
    wish.isolated_file = *file;
  }
  return wish;
}

int status_of(const Error& error) {
  if (error.error_class == ErrorClass::config && error.stage == Stage::config) return kExitUsage;
  const bool silent =
      error.error_class == ErrorClass::unreachable || error.error_class == ErrorClass::malformed;
  return silent ? kExitNoDaemon : 1;
}

void apply(const EnvironmentChange& change) {
  for (const auto& [name, value] : change.set) setenv(name.c_str(), value.c_str(), 1);
  for (const std::string& name : change.unset) unsetenv(name.c_str());
}

int become(const std::vector<std::string>& words) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  restore_process();
  execvp(argv[0], argv.data());
  const int why = errno;
  return complain(
      {ErrorClass::config, Stage::endpoint, "cannot run " + words[0] + ": " + std::strerror(why)},
      why == ENOENT ? kExitNotFound : kExitNotExecutable);
}

}  // namespace

int print_environment(const Command& command) {
  Result<ChildWish> wish = wish_of(command);
  if (!wish) return complain(wish.error(), status_of(wish.error()));
  warn_of_default(command);
  std::string lines = shell_lines(child_environment(*wish));
  const bool printed = print(lines);
  wipe(lines);
  return printed ? 0 : 1;
}

int exec_command(const Command& command) {
  Result<ChildWish> wish = wish_of(command);
  if (!wish) return complain(wish.error(), status_of(wish.error()));
  warn_of_default(command);
  apply(child_environment(*wish));
  return become(command.arguments);
}

}  // namespace mdh
