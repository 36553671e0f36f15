#include "daemon/verbs/service_manager.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "common/exit_status.h"
#include "common/shell_word.h"
#include "daemon/config/folders.h"
#include "daemon/system/environment.h"
#include "daemon/system/process_hygiene.h"

namespace mdh {
namespace {

constexpr const char* kService = "mdh-credentials.service";
constexpr const char* kSocket = "mdh-credentials.socket";

// After su or sudo the variable is missing that leads to the user's own manager.
std::string login_folder() {
  return environment_variable("XDG_RUNTIME_DIR")
      .value_or("/run/user/" + std::to_string(::geteuid()));
}

[[noreturn]] void become(const std::vector<char*>& argv, bool quiet) {
  if (quiet) {
    const int nowhere = ::open("/dev/null", O_RDWR | O_CLOEXEC);
    ::dup2(nowhere, STDOUT_FILENO);
    ::dup2(nowhere, STDERR_FILENO);
  }
  ::setenv("XDG_RUNTIME_DIR", login_folder().c_str(), 0);
  restore_process();
  ::execvp(argv[0], argv.data());
  ::_exit(errno == ENOENT ? kExitNotFound : kExitNotExecutable);
}

int run(const Words& words, bool quiet) {
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const pid_t child = ::fork();
  if (child < 0) return kExitNotExecutable;
  if (child == 0) become(argv, quiet);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : kExitFailed;
}

}  // namespace

std::string shell_line(const Words& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + shell_quoted(word);
  return line;
}

int run(const Words& words) {
  return run(words, false);
}

int ask(const Words& words) {
  return run(words, true);
}

Words ServiceManager::systemctl(const Words& words) const {
  Words command{"systemctl"};
  if (!system_) command.emplace_back("--user");
  command.insert(command.end(), words.begin(), words.end());
  return command;
}

std::string ServiceManager::missing() const {
  const std::string manager = system_ ? "/run/systemd/system" : login_folder() + "/systemd/private";
  if (::access(manager.c_str(), F_OK) != 0) {
    return system_ ? "no systemd runs this machine" : "no systemd runs for this user here";
  }
  if (ask(systemctl({"cat", kService})) == 0) return {};
  return std::string(kService) + " is not installed where systemd looks for units";
}

bool ServiceManager::running() const {
  return ask(systemctl({"is-active", "--quiet", kService})) == 0;
}

bool ServiceManager::enabled() const {
  return ask(systemctl({"is-enabled", "--quiet", kService})) == 0;
}

bool ServiceManager::lingering() const {
  const std::string user = surroundings().user;
  return ::access(("/var/lib/systemd/linger/" + user).c_str(), F_OK) == 0;
}

Words ServiceManager::start() const {
  return systemctl({"enable", "--now", kSocket, kService});
}

Words ServiceManager::restart() const {
  return systemctl({"restart", kService});
}

Words ServiceManager::stop() const {
  return systemctl({"disable", "--now", kSocket, kService});
}

Words ServiceManager::clean() const {
  return systemctl({"clean", "--what=state", kService});
}

Words ServiceManager::linger(bool wanted) {
  return {"loginctl", wanted ? "enable-linger" : "disable-linger"};
}

}  // namespace mdh
