#include "common/refresh/policy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace mdh {
namespace {

constexpr BootTime kNow{seconds(5000)};

Setback setback(ErrorClass error_class, std::optional<milliseconds> left = std::nullopt) {
  Error error;
  error.error_class = error_class;
  return {error, kNow, kNow, left};
}

// The longest and shortest waits that the policy draws after `before` more failures of a class.
struct Waits {
  milliseconds least;
  milliseconds most;
};
Waits waits(int before, const Setback& what) {
  RefreshPlan plan;
  plan.failures = before;
  if (what.error.error_class == ErrorClass::refused) plan.refusals = before;
  return {after_failure(plan, what, 0).due - what.now,
          after_failure(plan, what, 0.999999).due - what.now};
}

TEST(RefreshPlan, LeadTimeIsThreeQuartersOfAShortLifeAndHalfAnHourOfALongOne) {  // R26
  EXPECT_EQ(lead_time(seconds(900)), seconds(675));
  EXPECT_EQ(lead_time(seconds(2400)), seconds(1800));
  EXPECT_EQ(lead_time(seconds(3600)), seconds(1800));
  EXPECT_EQ(lead_time(std::chrono::hours(12)), seconds(1800));
}

TEST(RefreshPlan, JitterMakesARefreshEarlierByUpToATwentiethAndNeverLater) {  // R26
  for (const seconds life : {seconds(900), seconds(3600), seconds(43200)}) {
    const BootTime latest = kNow + life - lead_time(life);
    for (double jitter = 0; jitter < 1; jitter += 0.01) {
      const BootTime due = refresh_at({life, life}, kNow, jitter);
      EXPECT_LT(due, latest);
      EXPECT_GE(due, latest - life / 20);
    }
  }
}

TEST(RefreshPlan, LeavesTimeForTwoSlowRoundTripsBeforeTheLeadTime) {
  const seconds life(3600);
  const BootTime due = refresh_at({life, life}, kNow, 0);
  EXPECT_LE(due + 2 * seconds(10), kNow + life - lead_time(life));
  // 880 s is what a 900 s set has left after two slow round trips.
  EXPECT_GE(seconds(880) - (refresh_at({seconds(880), seconds(880)}, kNow, 0) - kNow),
            seconds(660) + seconds(10));
}

TEST(RefreshPlan, DoesNotHammerAnUpstreamThatIssuesLivesOfSeconds) {  // R26
  for (const seconds life : {seconds(0), seconds(5), seconds(20), seconds(40)}) {
    EXPECT_GE(after_success({life, life}, kNow, 0.5).due, kNow + seconds(10));
  }
}

TEST(RefreshPlan, SpreadsRestartsPastTheLeadTime) {
  const Life late{seconds(3600), seconds(600)};
  EXPECT_EQ(after_restart(late, kNow, 0).due, kNow);
  EXPECT_EQ(after_restart(late, kNow, 0.5).due, kNow + seconds(5));
  const Life early{seconds(3600), seconds(3000)};
  EXPECT_GT(after_restart(early, kNow, 0.5).due, kNow + seconds(1000));
}

TEST(RefreshPlan, UnreachableDoublesFromOneSecondToAMinuteWithFullJitter) {
  const Setback what = setback(ErrorClass::unreachable);
  const std::vector<int> longest{1, 2, 4, 8, 16, 32, 60, 60};
  for (std::size_t i = 0; i < longest.size(); ++i) {
    const Waits drawn = waits(static_cast<int>(i), what);
    EXPECT_EQ(drawn.least, milliseconds(100));
    EXPECT_NEAR(static_cast<double>(drawn.most.count()), 1000.0 * longest[i], 2);
  }
  EXPECT_LE(waits(1'000'000, what).most, seconds(60));
}

TEST(RefreshPlan, AHangCountsTowardsTheMinuteSoThatRecoveryIsNotLater) {
  Setback what = setback(ErrorClass::unreachable);
  what.now = what.sent + seconds(10);
  EXPECT_LE(waits(20, what).most, seconds(50));
  EXPECT_GT(waits(20, what).most, seconds(49));
}

TEST(RefreshPlan, ThrottledWithoutAHeaderBacksOffLikeUnreachableFromTenSeconds) {
  const Setback what = setback(ErrorClass::throttled);
  EXPECT_NEAR(static_cast<double>(waits(0, what).most.count()), 10000, 2);
  EXPECT_NEAR(static_cast<double>(waits(1, what).most.count()), 20000, 2);
  EXPECT_NEAR(static_cast<double>(waits(9, what).most.count()), 60000, 2);
}

TEST(RefreshPlan, WaitsAsLongAsTheServerAsksAndOneHourAtMost) {
  Setback what = setback(ErrorClass::throttled, seconds(300));
  for (const int asked : {30, 600, 3600}) {
    what.error.retry_after = seconds(asked);
    EXPECT_GE(waits(0, what).least, seconds(asked));
    EXPECT_LE(waits(0, what).most, std::min(seconds(3600), seconds(asked + asked / 10)));
  }
  what.error.retry_after = seconds(86400);
  EXPECT_EQ(waits(0, what).most, seconds(3600));
  EXPECT_EQ(after_failure({}, what, 0).not_before, kNow + seconds(3600));
}

TEST(RefreshPlan, AServerThatNamesNoWaitAtAllIsNotHammered) {
  Setback what = setback(ErrorClass::throttled);
  what.error.retry_after = seconds(0);
  EXPECT_GT(waits(5, what).most, seconds(50));
  what.error.retry_after = seconds(-5);
  EXPECT_GT(waits(5, what).least, milliseconds(0));
}

TEST(RefreshPlan, RefusedIsRetriedAtOnceThenFromOneMinuteToFifteen) {
  const Setback what = setback(ErrorClass::refused);
  EXPECT_LE(waits(0, what).most, seconds(1));
  for (int before = 1; before < 30; ++before) {
    EXPECT_GE(waits(before, what).least, seconds(60));
    EXPECT_LE(waits(before, what).most, seconds(900));
  }
  EXPECT_LE(waits(1, what).most, seconds(120));
  EXPECT_GT(waits(5, what).most, seconds(890));
}

TEST(RefreshPlan, ManyOutagesBeforeDoNotTakeTheQuickRetryOfARefusalAway) {
  RefreshPlan plan;
  plan.failures = 50;
  EXPECT_LE(after_failure(plan, setback(ErrorClass::refused), 0.9).due, kNow + seconds(1));
}

TEST(RefreshPlan, FailuresOfTwoClassesInTurnStillBackOff) {
  RefreshPlan plan;
  milliseconds total{};
  for (int i = 0; i < 20; ++i) {
    const auto error_class = i % 2 ? ErrorClass::refused : ErrorClass::unreachable;
    plan = after_failure(plan, setback(error_class), 0.5);
    total += plan.due - kNow;
  }
  EXPECT_GT(total, std::chrono::minutes(30));
}

// Field bug 13: a backoff that outlasts the credentials.
TEST(RefreshPlan, TriesThreeTimesBeforeASetExpiresWhateverTheClass) {
  for (const auto error_class :
       {ErrorClass::unreachable, ErrorClass::throttled, ErrorClass::malformed, ErrorClass::config,
        ErrorClass::storage, ErrorClass::refused}) {
    for (const seconds rest : {seconds(6), seconds(60), seconds(300), seconds(1785)}) {
      RefreshPlan plan;
      std::vector<milliseconds> attempts;
      milliseconds passed{};
      while (passed < rest) {
        Setback what = setback(error_class, rest - passed);
        plan = after_failure(plan, what, 0.999);
        passed += plan.due - kNow;
        if (passed < rest) attempts.push_back(passed);
      }
      ASSERT_GE(attempts.size(), 3u) << name(error_class) << " " << rest.count();
      EXPECT_GT(attempts.back(), rest / 2) << name(error_class) << " " << rest.count();
      EXPECT_LE(attempts.size(), 150u);
    }
  }
}

TEST(RefreshPlan, ANudgeNeverGoesBeforeATimeThatTheServerNamed) {
  RefreshPlan plan;
  plan.not_before = kNow + seconds(100);
  EXPECT_EQ(brought_forward(plan, kNow).due, kNow + seconds(100));
  plan.not_before = {};
  EXPECT_EQ(brought_forward(plan, kNow).due, kNow);
}

}  // namespace
}  // namespace mdh
