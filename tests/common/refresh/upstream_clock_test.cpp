#include "common/refresh/upstream_clock.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

constexpr milliseconds kOffset = seconds(1'800'000'000);

ClockReading reading(int at, milliseconds off = milliseconds(0),
                     milliseconds trip = milliseconds(100)) {
  const BootTime sent{seconds(at)};
  const BootTime middle = sent + trip / 2;
  const WallTime truth{middle.time_since_epoch() + kOffset + off};
  return {sent, sent + trip, std::chrono::floor<seconds>(truth)};
}

SkewEstimate after(std::initializer_list<ClockReading> readings) {
  SkewEstimate estimate;
  for (const ClockReading& one : readings) estimate = after_reading(estimate, one);
  return estimate;
}

double error(const SkewEstimate& estimate) {
  return static_cast<double>((*estimate.upstream_since_boot - kOffset).count());
}

// Field bug 17: the sign.
TEST(Skew, IsUpstreamLessOurs) {
  EXPECT_NEAR(error(after({reading(10, seconds(420))})), 420'000, 600);
  EXPECT_NEAR(error(after({reading(10, seconds(-420))})), -420'000, 600);
}

TEST(Skew, ErrsByLessThanASecondThoughDateHasWholeSeconds) {
  SkewEstimate estimate;
  for (int i = 0; i < 50; ++i) {
    estimate = after_reading(estimate, reading(10 + 7 * i, milliseconds(137 * i % 1000 - 500)));
    EXPECT_LT(std::abs(error(estimate)), 1000);
  }
}

TEST(Skew, ALoneStrayDateMovesNothing) {
  const auto before = after({reading(10)});
  const auto later = after({reading(10), reading(20, seconds(-3600)), reading(30)});
  EXPECT_NEAR(error(before), error(later), 300);
  EXPECT_EQ(later.strays, 0);
}

TEST(Skew, StrayDatesThatAgreeForTenMinutesAreBelievedAndNotBefore) {
  const auto soon = after(
      {reading(10), reading(20, seconds(90)), reading(30, seconds(90)), reading(600, seconds(90))});
  EXPECT_LT(std::abs(error(soon)), 600);
  const auto estimate = after(
      {reading(10), reading(20, seconds(90)), reading(30, seconds(90)), reading(621, seconds(90))});
  EXPECT_NEAR(error(estimate), 90'000, 600);
}

TEST(Skew, ThreeStrayDatesThatDisagreeAreNot) {
  const auto estimate = after({reading(10), reading(20, seconds(90)), reading(30, seconds(900)),
                               reading(4000, seconds(9000))});
  EXPECT_LT(std::abs(error(estimate)), 600);
}

TEST(Skew, ASlowReplySaysTooLittle) {
  const auto estimate = after({reading(10), reading(20, seconds(4), seconds(8))});
  EXPECT_LT(std::abs(error(estimate)), 600);
  EXPECT_FALSE(after({reading(10, seconds(0), std::chrono::hours(1))}).upstream_since_boot);
}

}  // namespace
}  // namespace mdh
