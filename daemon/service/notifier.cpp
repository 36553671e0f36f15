#include "daemon/service/notifier.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <ctime>

namespace mdh {
namespace {

void tell(const std::string& words) {
  sd_notify(0, words.c_str());
}

// systemd compares it with its own CLOCK_MONOTONIC, which stands still in a suspend.
std::string monotonic_usec() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::to_string(time.tv_sec * 1'000'000LL + time.tv_nsec / 1000);
}

}  // namespace

void Notifier::ready() {
  if (ready_) return;
  ready_ = true;
  tell("READY=1");
}

void Notifier::status(const std::string& line) {
  std::string words = line;
  std::replace(words.begin(), words.end(), '\n', ' ');
  if (words == status_) return;
  status_ = words;
  tell("STATUS=" + words);
}

void Notifier::reloading() {
  tell("RELOADING=1\nMONOTONIC_USEC=" + monotonic_usec());
}

void Notifier::reloaded() {
  tell("READY=1");
}

void Notifier::stopping() {
  tell("STOPPING=1");
}

void Notifier::feed_watchdog(bool stuck) {
  if (!stuck) tell("WATCHDOG=1");
}

milliseconds Notifier::watchdog_interval() const {
  std::uint64_t usec = 0;
  if (sd_watchdog_enabled(0, &usec) <= 0) return milliseconds(0);
  return milliseconds(std::max<std::uint64_t>(usec / 2000, 1));
}

}  // namespace mdh
