#include "daemon/verbs/exec.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "common/exit_status.h"
#include "common/report/environment_lines.h"
#include "daemon/system/process_hygiene.h"
#include "daemon/verbs/child_wish.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

int status_of(const Error& error) {
  if (error.error_class == ErrorClass::config && error.stage == Stage::config) return kExitUsage;
  const bool silent =
      error.error_class == ErrorClass::unreachable || error.error_class == ErrorClass::malformed;
  return silent ? kExitNoDaemon : 1;
}

int complain(const Error& error) {
  print_error(error);
  return status_of(error);
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
  print_error(
      {ErrorClass::config, Stage::endpoint, "cannot run " + words[0] + ": " + std::strerror(why)});
  return why == ENOENT ? kExitNotFound : kExitNotExecutable;
}

}  // namespace

int print_environment(const Command& command) {
  const Shell shell = shell_called(command.shell);
  Result<ChildWish> wish = child_wish(command);
  if (!wish) {
    // So that `eval "$(mdh-credentials env)" && ...` stops, which has no other sign of it.
    const int status = complain(wish.error());
    print(failure_line(status, shell));
    return status;
  }
  std::string lines = environment_lines(child_environment(*wish), shell);
  const bool printed = print(lines);
  wipe(lines);
  return printed ? 0 : 1;
}

int exec_command(const Command& command) {
  Result<ChildWish> wish = child_wish(command);
  if (!wish) return complain(wish.error());
  apply(child_environment(*wish));
  return become(command.arguments);
}

}  // namespace mdh
