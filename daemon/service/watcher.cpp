#include "daemon/service/watcher.h"

#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <cerrno>
#include <cstdint>
#include <ctime>
#include <limits>
#include <optional>
#include <system_error>
#include <thread>

#include "daemon/service/network_watch.h"
#include "daemon/system/clock.h"
#include "daemon/system/file_descriptor.h"
#include "daemon/system/file_watch.h"
#include "daemon/system/wake_event.h"

namespace mdh {
namespace {

// The two clocks are read one after the other; a reader that was scheduled away has not slept.
constexpr milliseconds kLeastSleep{500};

bool arm(int timer) {
  itimerspec never{};
  never.it_value.tv_sec = std::numeric_limits<std::int32_t>::max() * 4LL;
  return timerfd_settime(timer, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &never, nullptr) == 0;
}

// Expires never; the kernel cancels it when the wall clock is set, and on resume
// (timerfd_create(2)).
class StepDetector {
 public:
  StepDetector() : timer_(timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK)) {
    arm(timer_.get());
  }

  int poll_fd() const { return timer_.get(); }

  bool stepped() {
    std::uint64_t expirations = 0;
    const ssize_t got = ::read(timer_.get(), &expirations, sizeof expirations);
    if (got < 0 && errno != ECANCELED) return false;
    arm(timer_.get());
    return true;
  }

 private:
  FileDescriptor timer_;
};

}  // namespace

class Watcher::Watches {
 public:
  explicit Watches(std::function<milliseconds()> asleep)
      : asleep_(std::move(asleep)),
        slept_(asleep_()),
        poll_(epoll_create1(EPOLL_CLOEXEC)),
        files_(std::in_place) {
    for (const int fd : {step_.poll_fd(), network_.poll_fd(), files_->poll_fd(), closed_.fd()}) {
      add(fd);
    }
  }
  ~Watches() {
    if (closer_.joinable()) closer_.join();
  }
  Watches(const Watches&) = delete;
  Watches& operator=(const Watches&) = delete;

  int poll_fd() const { return poll_.get(); }
  FileWatch& files() { return *files_; }

  Changes take() {
    Changes changes;
    changes.closed = closed_.take();
    if (closing_) return changes;
    changes.clock_stepped = step_.stepped();
    changes.clock_stepped |= slept();
    changes.network_up = network_.came_up();
    changes.files = files_->changed();
    return changes;
  }

  void close() {
    for (const int fd : {step_.poll_fd(), network_.poll_fd(), files_->poll_fd()}) {
      epoll_ctl(poll_.get(), EPOLL_CTL_DEL, fd, nullptr);
    }
    closing_ = true;
    const auto end = [this] {
      files_.reset();
      closed_.ring();
    };
    try {
      closer_ = std::thread(end);
    } catch (const std::system_error&) {  // no thread to be had: then it takes its time here
      end();
    }
  }

 private:
  void add(int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    if (fd >= 0) epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event);
  }

  bool slept() {
    const milliseconds now = asleep_();
    const bool longer = now - slept_ >= kLeastSleep;
    if (longer) slept_ = now;
    return longer;
  }

  std::function<milliseconds()> asleep_;
  milliseconds slept_;
  FileDescriptor poll_;
  StepDetector step_;
  NetworkWatch network_;
  WakeEvent closed_;
  std::optional<FileWatch> files_;
  bool closing_ = false;
  std::thread closer_;
};

Watcher::Watcher(std::function<milliseconds()> asleep)
    : watches_(std::make_unique<Watches>(std::move(asleep))) {}

Watcher::~Watcher() = default;

void Watcher::watch_files(const std::vector<std::string>& paths) {
  watches_->files().watch(paths);
}

int Watcher::poll_fd() const {
  return watches_->poll_fd();
}

Watcher::Changes Watcher::take() {
  return watches_->take();
}

void Watcher::close() {
  watches_->close();
}

}  // namespace mdh
