#include "daemon/system/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <functional>

#include "daemon/system/file_descriptor.h"
#include "tests/support/leave.h"

namespace mdh {
namespace {

// Runs `body` in a child whose stderr is `error_fd`; its answer is the child's exit status. The log
// is one a process, and the journal's socket has one fixed path.
int in_child(int error_fd, const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) {
    dup2(error_fd, STDERR_FILENO);
    test::leave(body() ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct Pipe {
  Pipe() {
    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) std::abort();
    out.reset(ends[0]);
    in.reset(ends[1]);
  }
  std::string all() {
    in.reset();
    std::string text;
    std::array<char, 65536> piece{};
    for (ssize_t size; (size = read(out.get(), piece.data(), piece.size())) > 0;)
      text.append(piece.data(), static_cast<std::size_t>(size));
    return text;
  }
  FileDescriptor out;
  FileDescriptor in;
};

TEST(Log, WritesLinesToStderrOutsideTheJournal) {
  Pipe pipe;
  ASSERT_EQ(in_child(pipe.in.get(),
                     [] {
                       unsetenv("JOURNAL_STREAM");
                       start_log(LogLevel::info);
                       log_line(LogLevel::debug, "too quiet");
                       log_line(LogLevel::warn, "the clock is slow", {{"MDH_PROFILE", "mdh-lab"}});
                       set_log_level(LogLevel::error);
                       log_line(LogLevel::warn, "also too quiet now");
                       flush_log();
                       return true;
                     }),
            0);
  const std::string text = pipe.all();
  EXPECT_EQ(text.substr(text.find(' ')), " warning: the clock is slow\n");
  EXPECT_EQ(text.find('Z'), 19u) << text;
}

TEST(Log, NeutralisesControlCharacters) {
  Pipe pipe;
  ASSERT_EQ(in_child(pipe.in.get(),
                     [] {
                       unsetenv("JOURNAL_STREAM");
                       start_log(LogLevel::info);
                       log_line(LogLevel::info, "a\nb\x1b[31mc\x7f\xc2\x9bm caf\xc3\xa9");
                       flush_log();
                       return true;
                     }),
            0);
  const std::string text = pipe.all();
  EXPECT_NE(text.find("a\\x0ab\\x1b[31mc\\x7f\\xc2\\x9bm caf\xc3\xa9\n"), std::string::npos)
      << text;
}

TEST(Log, NeverHoldsItsCallerWhenStderrStandsStill) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "TSan flushes stderr at the end, and waits";
#endif
  Pipe pipe;
  ASSERT_EQ(in_child(pipe.in.get(),
                     [] {
                       unsetenv("JOURNAL_STREAM");
                       start_log(LogLevel::info);
                       for (int i = 0; i < 20000; ++i)  // held, this would hang
                         log_line(LogLevel::info, std::string(200, 'x'));
                       flush_log(milliseconds(50));
                       return true;
                     }),
            0);
}

TEST(Log, TellsHowManyLinesWereGivenUp) {
  Pipe pipe;
  std::string text;
  const int status = in_child(pipe.in.get(), [&] {
    unsetenv("JOURNAL_STREAM");
    start_log(LogLevel::info);
    for (int i = 0; i < 5000; ++i) log_line(LogLevel::info, std::string(200, 'x'));
    log_line(LogLevel::info, "the last one");
    std::array<char, 65536> piece{};
    pollfd some{pipe.out.get(), POLLIN, 0};
    while (text.find("the last one") == std::string::npos && poll(&some, 1, 5000) == 1) {
      const ssize_t size = read(pipe.out.get(), piece.data(), piece.size());
      text.append(piece.data(), static_cast<std::size_t>(size));
    }
    return text.find("log lines were given up while the log stood still") != std::string::npos &&
           text.find("the last one") != std::string::npos;
  });
  EXPECT_EQ(status, 0);
}

// A journal in a mount namespace of our own: the socket's path is fixed in libsystemd.
class FakeJournal {
 public:
  bool open() {
    if (unshare(CLONE_NEWNS) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
    mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr);
    if (mount("tmpfs", "/run", "tmpfs", 0, nullptr) != 0) return false;
    mkdir("/run/systemd", 0755);
    mkdir("/run/systemd/journal", 0755);
    socket_.reset(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::string("/run/systemd/journal/socket").copy(address.sun_path, sizeof address.sun_path - 1);
    return bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }
  std::string next() {
    std::array<char, 65536> bytes{};
    pollfd some{socket_.get(), POLLIN, 0};
    if (poll(&some, 1, 5000) != 1) return "";
    const ssize_t size = recv(socket_.get(), bytes.data(), bytes.size(), 0);
    return size > 0 ? std::string(bytes.data(), static_cast<std::size_t>(size)) : "";
  }

 private:
  FileDescriptor socket_;
};

void say_that_stderr_is_the_journal() {
  struct stat found {};
  fstat(STDERR_FILENO, &found);
  setenv("JOURNAL_STREAM",
         (std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino)).c_str(), 1);
}

constexpr int kNoNamespaces = 77;

bool lacks(const std::string& text, const std::string& part) {
  return text.find(part) == std::string::npos;
}

TEST(Log, GivesTheJournalFields) {
  Pipe pipe;
  const int status = in_child(pipe.in.get(), [] {
    FakeJournal journal;
    if (!journal.open()) _exit(kNoNamespaces);
    say_that_stderr_is_the_journal();
    start_log(LogLevel::info);
    log_line(LogLevel::error, "refused", {{"MDH_PROFILE", "mdh-lab"}, {"MDH_STAGE", "to\nken"}});
    const std::string entry = "\n" + journal.next();
    for (const char* field :
         {"\nMESSAGE=refused\n", "\nPRIORITY=3\n", "\nMDH_PROFILE=mdh-lab\n",
          "\nSYSLOG_IDENTIFIER=mdh-credentials\n", "\nMDH_STAGE=to\\x0aken\n"}) {
      if (lacks(entry, field)) return false;
    }
    return lacks(entry, "CODE_FILE");
  });
  if (status == kNoNamespaces) GTEST_SKIP() << "no mount namespace permitted here";
  EXPECT_EQ(status, 0);
  EXPECT_EQ(pipe.all(), "") << "what the journal has need not be on stderr again";
}

TEST(Log, NeverHoldsItsCallerWhenTheJournalStandsStill) {
  Pipe pipe;
  const int status = in_child(pipe.in.get(), [] {
    FakeJournal journal;
    if (!journal.open()) _exit(kNoNamespaces);
    say_that_stderr_is_the_journal();
    start_log(LogLevel::info);
    for (int i = 0; i < 20000; ++i) log_line(LogLevel::info, "line " + std::to_string(i));
    bool newest = false;
    for (int i = 0; i < 1000 && !newest; ++i) newest = !lacks(journal.next(), "=line 19999\n");
    return newest;
  });
  if (status == kNoNamespaces) GTEST_SKIP() << "no mount namespace permitted here";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace mdh
