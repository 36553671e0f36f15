// Speaks sd_notify(3) to the service manager; without one every call does nothing. Loop's thread
// only.
#pragma once

#include <string>

#include "common/timestamp.h"

namespace mdh {

class Notifier {
 public:
  // ready() sends READY=1 once; later calls do nothing.
  void ready();
  // status() sends STATUS= when the line changed; line breaks in it become spaces.
  void status(const std::string& line);
  // reloading() sends RELOADING=1 and MONOTONIC_USEC (systemd 253's notify-reload wants it);
  // reloaded() is the READY=1 that ends it, to be sent after a refused reload too.
  void reloading();
  void reloaded();
  void stopping();
  // feed_watchdog() tells that the loop turns; it keeps silent where the loop's work is `stuck`.
  void feed_watchdog(bool stuck);
  // watchdog_interval() is how often feed_watchdog() is due (half of WATCHDOG_USEC); zero: no
  // watchdog.
  milliseconds watchdog_interval() const;

 private:
  bool ready_ = false;
  std::string status_;
};

}  // namespace mdh
