// Both clocks, read as the kernel has them.
#include "daemon/system/clock.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

TEST(Clock, ReadsTheWallClock) {
  using std::chrono::system_clock;
  const auto before = std::chrono::floor<milliseconds>(system_clock::now());
  const Now now = read_clocks();
  EXPECT_GE(now.wall, before);
  EXPECT_LE(now.wall, system_clock::now());
}

TEST(Clock, CountsWaitingFromTheBootThroughEverySuspend) {
  timespec boot{};
  ASSERT_EQ(clock_gettime(CLOCK_BOOTTIME, &boot), 0);
  const Now now = read_clocks();
  EXPECT_GE(now.boot.time_since_epoch(), seconds(boot.tv_sec));
  EXPECT_LE(now.boot.time_since_epoch(), seconds(boot.tv_sec + 60));
  EXPECT_LE(now.boot, read_clocks().boot);
}

}  // namespace
}  // namespace mdh
