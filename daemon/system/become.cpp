#include "daemon/system/become.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>

namespace mdh {
namespace {

constexpr int kFirst = 3;  // SD_LISTEN_FDS_START
constexpr std::size_t kMostOutput = 4096;

Error failed(const std::string& program, int why) {
  return {.error_class = ErrorClass::storage,
          .message = "cannot execute " + program + ": " + std::strerror(why)};
}

std::vector<std::string> own_arguments() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::vector<std::string> all;
  for (std::string one; std::getline(file, one, '\0');) all.push_back(one);
  return all;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// Out of each other's way first: a number that is to be taken may be one of them.
void put_in_place(std::vector<NamedDescriptor>& passed) {
  const int free = kFirst + static_cast<int>(passed.size());
  for (NamedDescriptor& one : passed) one.fd.reset(fcntl(one.fd.get(), F_DUPFD_CLOEXEC, free));
  for (int at = kFirst; NamedDescriptor & one : passed) dup2(one.fd.get(), at++);
}

std::vector<std::string> environment_with(const std::vector<NamedDescriptor>& passed) {
  std::vector<std::string> all;
  for (char** one = environ; *one != nullptr; ++one) all.emplace_back(*one);
  std::string names;
  for (const NamedDescriptor& one : passed) names += (names.empty() ? "" : ":") + one.name;
  all.push_back("LISTEN_PID=" + std::to_string(getpid()));
  all.push_back("LISTEN_FDS=" + std::to_string(passed.size()));
  all.push_back("LISTEN_FDNAMES=" + names);
  return all;
}

struct Child {
  pid_t pid = -1;
  FileDescriptor output;
};

Result<Child> spawn(const std::string& program, const std::string& argument) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return failed(program, errno);
  Child child{-1, FileDescriptor(ends[0])};
  const FileDescriptor write_end(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0);
  posix_spawn_file_actions_adddup2(&actions, write_end.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, 0, 2);
  std::vector<std::string> words{program, argument};
  const int fault =
      posix_spawn(&child.pid, program.c_str(), &actions, nullptr, pointers(words).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (fault != 0) return failed(program, fault);
  return child;
}

}  // namespace

Error become(const std::vector<std::string>& programs, std::vector<NamedDescriptor> passed) {
  put_in_place(passed);
  std::vector<std::string> words = own_arguments();
  std::vector<std::string> surroundings = environment_with(passed);
  Error error;
  for (const std::string& program : programs) {
    execve(program.c_str(), pointers(words).data(), pointers(surroundings).data());
    error = failed(program, errno);
  }
  return error;
}

// Nobody waits for the child: SIGCHLD is ignored, and the kernel reaps it.
Result<std::string> trial_output(const std::string& program, const std::string& argument,
                                 milliseconds most) {
  Result<Child> child = spawn(program, argument);
  if (!child) return child.error();
  const auto end = std::chrono::steady_clock::now() + most;
  std::string said;
  std::array<char, 1024> room{};
  while (said.size() < kMostOutput) {
    const auto left = std::chrono::ceil<milliseconds>(end - std::chrono::steady_clock::now());
    pollfd source{child->output.get(), POLLIN, 0};
    if (left.count() <= 0 || ::poll(&source, 1, static_cast<int>(left.count())) == 0) {
      kill(child->pid, SIGKILL);
      return failed(program, ETIMEDOUT);
    }
    const ssize_t got = ::read(child->output.get(), room.data(), room.size());
    if (got == 0) break;
    if (got > 0) said.append(room.data(), static_cast<std::size_t>(got));
  }
  return said;
}

}  // namespace mdh
