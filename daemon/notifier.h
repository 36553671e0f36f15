// Speaks sd_notify(3) to the service manager; without one every call does nothing. Loop's thread
// only.
#pragma once

#include <string>

#include "common/timestamp.h"
#include "daemon/file_descriptor.h"

namespace mdh {

class Notifier {
 public:
  // ready() sends READY=1 once; later calls do nothing.
  void ready();
  // status() sends STATUS= when the line changed.
  void status(const std::string& line);
  void reloading(Now now);  // RELOADING=1 and MONOTONIC_USEC; ready again with reloaded()
  void reloaded();
  void stopping();
  void extend_timeout(seconds more);
  void feed_watchdog();
  // watchdog_interval() is how often feed_watchdog() is due (half of WATCHDOG_USEC); zero: no
  // watchdog.
  milliseconds watchdog_interval() const;

 private:
  bool ready_ = false;
  std::string status_;
};

}  // namespace mdh
