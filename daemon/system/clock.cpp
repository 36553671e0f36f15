#include "daemon/system/clock.h"

#include <ctime>

namespace mdh {
namespace {

milliseconds read_clock(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return seconds(time.tv_sec) +
         std::chrono::duration_cast<milliseconds>(std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

Now read_clocks() {
  return {BootTime(read_clock(CLOCK_BOOTTIME)), WallTime(read_clock(CLOCK_REALTIME))};
}

milliseconds time_asleep() {
  const milliseconds monotonic = read_clock(CLOCK_MONOTONIC);
  return read_clock(CLOCK_BOOTTIME) - monotonic;
}

}  // namespace mdh
