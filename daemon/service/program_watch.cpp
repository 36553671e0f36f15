#include "daemon/service/program_watch.h"

#include <sys/stat.h>

#include "daemon/service/situation_log.h"
#include "daemon/system/become.h"
#include "daemon/system/clock.h"
#include "daemon/system/environment.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {

constexpr milliseconds kRest{300}, kPatience{10000}, kLater{60000};
const char* const kRunning = "/proc/self/exe";

Done answers(const std::string& program) {
  const auto said = trial_output(program, "--version", kPatience);
  if (!said) return said.error();
  if (said->starts_with("mdh-credentials ")) return done();
  return Error{.error_class = ErrorClass::storage, .message = "it does not tell its version"};
}

}  // namespace

ProgramWatch::ProgramWatch() {
  const std::string program = own_program();
  if (identity(kRunning) && program.starts_with('/')) path_ = program;
}

void ProgramWatch::attach(EventLoop& loop, Hooks hooks, bool in_place) {
  hooks_ = std::move(hooks);
  timer_ = loop.add_timer([this] { begin(); });
  loop.on_readable(trial_.event_fd(), [this] { take_verdict(); });
  if (!in_place) return look();
  if (another()) EventLoop::set_timer(timer_, read_clocks().boot + kLater);
}

void ProgramWatch::look() {
  const Identity now = another();
  if (!now || now == tried_) return;
  EventLoop::set_timer(timer_, read_clocks().boot + kRest);
}

void ProgramWatch::reconsider() {
  if (trial_.busy()) return;
  tried_.reset();
  look();
}

void ProgramWatch::begin() {
  const Identity now = another();
  if (!now || trial_.busy()) return;
  tried_ = now;
  trial_.start([path = path_, ready = hooks_.ready] {
    const Done good = answers(path);
    return good ? ready() : good;
  });
}

void ProgramWatch::take_verdict() {
  const auto verdict = trial_.take();
  if (!verdict) return;
  if (identity(path_) != tried_) return look();
  if (*verdict) return hooks_.replaced();
  log_line(LogLevel::warn, "the program was replaced, and the new one is left alone for now: " +
                               with_hint(verdict->error()));
}

// What is there now, unless it is what runs.
ProgramWatch::Identity ProgramWatch::another() const {
  const Identity there = path_.empty() ? std::nullopt : identity(path_);
  return there == identity(kRunning) ? std::nullopt : there;
}

ProgramWatch::Identity ProgramWatch::identity(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return std::tuple(found.st_dev, found.st_ino, found.st_size,
                    found.st_ctim.tv_sec * 1'000'000'000LL + found.st_ctim.tv_nsec);
}

}  // namespace mdh
