// Claims: a day is 48 half hours, aligned to the clock, the last one holding now.
#include "common/report/timeline.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

using namespace std::chrono_literals;

const WallTime kNow(1795521180s);  // 11:53:00 UTC

TEST(Timeline, EndsWithTheHalfHourThatHoldsNow) {
  const Timeline day = timeline({}, kNow);
  EXPECT_EQ(format_rfc3339(day.back().from), "2026-11-24T11:30:00Z");
  EXPECT_EQ(format_rfc3339(day.front().from), "2026-11-23T12:00:00Z");
}

TEST(Timeline, StandsStillBetweenTwoLooks) {
  EXPECT_EQ(timeline({}, kNow).front().from, timeline({}, kNow + 60s).front().from);
}

TEST(Timeline, CountsSuccessAndFailureInTheirSlots) {
  const Timeline day = timeline({{kNow - 23h, std::nullopt},
                                 {kNow - 1s, ErrorClass::refused},
                                 {kNow, ErrorClass::throttled},
                                 {kNow, std::nullopt}},
                                kNow);
  EXPECT_EQ(day[1].succeeded, 1);
  EXPECT_EQ(day.back().failed, 2);
  EXPECT_EQ(day.back().succeeded, 1);
  EXPECT_EQ(day.back().last_failure, ErrorClass::throttled);
  const DayCount total = count_day(day);
  EXPECT_EQ(total.succeeded, 2);
  EXPECT_EQ(total.failed, 2);
}

TEST(Timeline, LeavesOutWhatIsOutside) {
  const DayCount total = count_day(
      timeline({{kNow - 25h, std::nullopt}, {kNow + 1h, std::nullopt}, {WallTime(), {}}}, kNow));
  EXPECT_EQ(total.succeeded, 0);
}

}  // namespace
}  // namespace mdh
