// The main loop: sd-event(3) with the few sources that the daemon has. Descriptors, signals and
// timers call back on the thread that runs it. HTTP connections are not here but behind one nested
// epoll descriptor. Not thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "common/timestamp.h"

namespace mdh {

class EventLoop {
 public:
  using Callback = std::function<void()>;

  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // block_signals() keeps the loop's signals (TERM, INT, HUP) from every thread that starts later;
  // call first.
  static void block_signals();

  // on_readable() calls back while the descriptor is readable; the descriptor must outlive the
  // loop or its forget().
  void on_readable(int fd, Callback callback);
  void forget(int fd);
  // on_signal() calls back for a signal of block_signals().
  void on_signal(int signal, Callback callback);

  // A one-shot timer by CLOCK_BOOTTIME, which counts through a suspend. Wakes up to 100 ms late so
  // that wake-ups can be shared.
  class Timer;
  Timer* add_timer(Callback callback);
  static void set_timer(Timer* timer, BootTime when);
  static void stop_timer(Timer* timer);

  // wait() returns once a source has something; dispatch() calls back for one.
  void wait();
  void dispatch();

 private:
  struct Source;
  struct Free {
    void operator()(void* event) const;
  };
  std::unique_ptr<void, Free> event_;
  std::vector<std::unique_ptr<Source>> watches_;
  std::vector<std::unique_ptr<Source>> forgotten_;
  std::vector<std::unique_ptr<Timer>> timers_;
};

}  // namespace mdh
