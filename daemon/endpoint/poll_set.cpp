#include "daemon/endpoint/poll_set.h"

#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "daemon/system/give_up.h"

namespace mdh {

PollSet::PollSet()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)),
      timer_(timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK)) {
  if (!epoll_ || !timer_) give_up("an epoll or timer descriptor", errno);
  add(timer_.get(), EPOLLIN);
  add(unfinished_.fd(), EPOLLIN);
}

std::span<const epoll_event> PollSet::take() {
  const int count = epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()), 0);
  const auto end = std::remove_if(ready_.begin(), ready_.begin() + std::max(count, 0),
                                  [this](const epoll_event& event) {
                                    std::uint64_t ticks = 0;
                                    const bool is_timer = event.data.fd == timer_.get();
                                    if (is_timer && read(timer_.get(), &ticks, sizeof ticks) > 0)
                                      armed_.reset();
                                    const bool is_bell = event.data.fd == unfinished_.fd();
                                    if (is_bell) unfinished_.take();
                                    return is_timer || is_bell;
                                  });
  return {ready_.begin(), end};
}

// An earlier time that stands already is kept: waking once too often costs less than setting it.
void PollSet::wake_at(std::optional<ConnectionTime> when) {
  if (!when || (armed_ && *armed_ <= *when)) return;
  const auto since = std::chrono::ceil<milliseconds>(when->time_since_epoch());
  itimerspec at{};
  at.it_value.tv_sec = std::chrono::duration_cast<seconds>(since).count();
  at.it_value.tv_nsec = (since % seconds(1)).count() * 1000000;
  timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &at, nullptr);
  armed_ = when;
}

void PollSet::control(int fd, std::uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll_.get(), operation, fd, &event);
}

}  // namespace mdh
