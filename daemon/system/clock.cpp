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

// A reader that was scheduled away between the two would seem to see the wall clock set forward.
Now read_clocks() {
  constexpr milliseconds kTogether{2};
  Now now;
  milliseconds before{};
  for (int tries = 0; tries < 20; ++tries) {
    before = read_clock(CLOCK_BOOTTIME);
    now.wall = WallTime(read_clock(CLOCK_REALTIME));
    now.boot = BootTime(read_clock(CLOCK_BOOTTIME));
    if (now.boot.time_since_epoch() - before <= kTogether) break;
  }
  return now;
}

milliseconds time_asleep() {
  const milliseconds monotonic = read_clock(CLOCK_MONOTONIC);
  return read_clock(CLOCK_BOOTTIME) - monotonic;
}

}  // namespace mdh
