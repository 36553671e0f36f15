#include "daemon/system/event_loop.h"

#include <sys/epoll.h>
#include <systemd/sd-event.h>

#include <algorithm>
#include <csignal>

#include "daemon/system/give_up.h"

namespace mdh {
namespace {

constexpr std::uint64_t kLateness = 100'000;  // microseconds

sd_event* event_of(const auto& pointer) {
  return static_cast<sd_event*>(pointer.get());
}

// Only out of memory or out of descriptors makes sd-event refuse a source: nothing to go on with.
void must(int result) {
  if (result < 0) give_up("the event loop a descriptor", -result);
}

std::uint64_t microseconds_of(BootTime time) {
  const auto since = std::chrono::microseconds(time.time_since_epoch()).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(since, 0));
}

}  // namespace

struct EventLoop::Source {
  int fd = -1;
  Callback callback;
  sd_event_source* source = nullptr;
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  ~Source() { let_go(); }
  void let_go() { source = sd_event_source_disable_unref(source); }
};

class EventLoop::Timer {
 public:
  Callback callback;
  sd_event_source* source = nullptr;
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  ~Timer() { sd_event_source_disable_unref(source); }
};

void EventLoop::Free::operator()(void* event) const {
  sd_event_unref(static_cast<sd_event*>(event));
}

EventLoop::EventLoop() {
  sd_event* event = nullptr;
  must(sd_event_new(&event));
  event_.reset(event);
}

EventLoop::~EventLoop() = default;

void EventLoop::block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  must(-sigprocmask(SIG_BLOCK, &set, nullptr));
}

void EventLoop::on_readable(int fd, Callback callback) {
  auto source = std::make_unique<Source>();
  source->fd = fd;
  source->callback = std::move(callback);
  must(sd_event_add_io(
      event_of(event_), &source->source, fd, EPOLLIN,
      [](sd_event_source*, int, std::uint32_t, void* self) {
        static_cast<Source*>(self)->callback();
        return 0;
      },
      source.get()));
  watches_.push_back(std::move(source));
}

void EventLoop::forget(int fd) {
  const auto found = std::find_if(watches_.begin(), watches_.end(),
                                  [fd](const auto& source) { return source->fd == fd; });
  if (found == watches_.end()) return;
  (*found)->let_go();
  forgotten_.push_back(std::move(*found));  // its callback may be what asks for this
  watches_.erase(found);
}

void EventLoop::on_signal(int signal, Callback callback) {
  auto source = std::make_unique<Source>();
  source->callback = std::move(callback);
  must(sd_event_add_signal(
      event_of(event_), &source->source, signal,
      [](sd_event_source*, const signalfd_siginfo*, void* self) {
        static_cast<Source*>(self)->callback();
        return 0;
      },
      source.get()));
  watches_.push_back(std::move(source));
}

EventLoop::Timer* EventLoop::add_timer(Callback callback) {
  auto timer = std::make_unique<Timer>();
  timer->callback = std::move(callback);
  must(sd_event_add_time(
      event_of(event_), &timer->source, CLOCK_BOOTTIME, 0, kLateness,
      [](sd_event_source*, std::uint64_t, void* self) {
        static_cast<Timer*>(self)->callback();
        return 0;
      },
      timer.get()));
  must(sd_event_source_set_enabled(timer->source, SD_EVENT_OFF));
  timers_.push_back(std::move(timer));
  return timers_.back().get();
}

void EventLoop::set_timer(Timer* timer, BootTime when) {
  if (when == BootTime::max()) return stop_timer(timer);
  must(sd_event_source_set_time(timer->source, microseconds_of(when)));
  must(sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT));
}

void EventLoop::stop_timer(Timer* timer) {
  must(sd_event_source_set_enabled(timer->source, SD_EVENT_OFF));
}

void EventLoop::wait() {
  forgotten_.clear();
  const int ready = sd_event_prepare(event_of(event_));
  must(ready);
  if (ready == 0) must(sd_event_wait(event_of(event_), UINT64_MAX));
}

void EventLoop::dispatch() {
  if (sd_event_get_state(event_of(event_)) == SD_EVENT_PENDING)
    must(sd_event_dispatch(event_of(event_)));
}

}  // namespace mdh
