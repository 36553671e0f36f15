#include "common/state/history.h"

#include <gtest/gtest.h>

#include "common/report/timeline.h"

namespace mdh {
namespace {

constexpr WallTime kMorning{std::chrono::hours(24 * 20000)};

// A client that asks through an outage of four hours brings an attempt each second.
TEST(History, KeepsTheDayHoweverOftenAnAttemptFails) {
  State state;
  ProfileState profile;
  note_success(state, profile, nullptr, {kMorning, milliseconds(5)});
  const Error error{.error_class = ErrorClass::unreachable, .message = "no connection"};
  const WallTime begun = kMorning + std::chrono::hours(1);
  constexpr int kFailures = 4 * 3600;
  for (int i = 0; i < kFailures; ++i)
    note_failure(state, profile, error, {begun + seconds(i), milliseconds(5)});
  const DayCount day = count_day(timeline(profile.attempts, begun + seconds(kFailures)));
  EXPECT_EQ(day.succeeded, 1);
  EXPECT_EQ(day.failed, kFailures);
  EXPECT_LE(profile.attempts.size(), 300U);
}

}  // namespace
}  // namespace mdh
