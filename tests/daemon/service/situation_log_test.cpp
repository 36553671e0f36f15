// Goal: one line per change of situation; a quiet hour logs nothing; no line is said twice.
#include "daemon/service/situation_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/system/log.h"

namespace mdh {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr Now kNow{BootTime(seconds(1000)), WallTime(seconds(1'800'000'000))};

class SituationLogTest : public testing::Test {
 protected:
  SituationLogTest() {
    start_log(LogLevel::info);
    state_.accounts.push_back({.name = "lab", .upstream_since_boot = {}});
    ProfileState profile;
    profile.name = "mdh-lab";
    profile.attempted = true;
    state_.profiles.push_back(std::move(profile));
  }

  std::string told(Now now = kNow) {
    testing::internal::CaptureStderr();
    situation_log_.tell(state_, now);
    flush_log();
    return testing::internal::GetCapturedStderr();
  }

  void issue(seconds life) {
    auto set = std::make_shared<Credentials>();
    set->access_key_id = "ASIAEXAMPLE";
    set->expiration = kNow.wall + life;
    profile().credentials = std::move(set);
    profile().life = lasting(kNow, life);
  }

  void fail(ErrorClass error_class, std::string message) {
    profile().last_failure = Failure{{.error_class = error_class,
                                      .stage = Stage::token,
                                      .message = std::move(message),
                                      .hint = "look at the network"},
                                     kNow.wall};
  }

  ProfileState& profile() { return state_.profiles.front(); }

  State state_;
  SituationLog situation_log_;
};

TEST_F(SituationLogTest, TellsTheFirstSetOnceAndThenKeepsQuiet) {
  issue(seconds(3600));
  EXPECT_THAT(told(), HasSubstr("profile mdh-lab: credentials valid until"));
  issue(seconds(7200));
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(SituationLogTest, TellsAnAccountsFailureOnceForAllItsProfiles) {
  issue(seconds(3600));
  state_.profiles.push_back(profile());
  state_.profiles.back().name = "mdh-two";
  told();
  fail(ErrorClass::refused, "invalid_client");
  state_.profiles.back().last_failure = profile().last_failure;
  const std::string line = told();
  EXPECT_THAT(line,
              HasSubstr("account lab: refresh of 2 profiles failed, credentials valid until"));
  EXPECT_THAT(line, HasSubstr("invalid_client"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_THAT(told(), IsEmpty());
}

TEST_F(SituationLogTest, TellsAFileOnceForAllItsProfiles) {
  issue(seconds(3600));
  state_.profiles.push_back(profile());
  state_.profiles.back().name = "mdh-two";
  told();
  for (ProfileState& one : state_.profiles)
    one.file = {"/f", FileCondition::failed, "/f: disk full", {}, "free it"};
  EXPECT_THAT(told(), HasSubstr("2 profiles: /f: disk full; hint: free it"));
  for (ProfileState& one : state_.profiles) one.file = {"/f", FileCondition::written, ""};
  EXPECT_THAT(told(), HasSubstr("2 profiles: /f is up to date again"));
}

TEST_F(SituationLogTest, TellsAfterHowManyFailuresAndHowLongItRecovered) {
  issue(seconds(3600));
  told();
  fail(ErrorClass::unreachable, "no route");
  profile().last_failure->since = kNow.wall;
  profile().consecutive_failures = 7;
  told();
  profile().last_failure.reset();
  profile().consecutive_failures = 0;
  const Now later{kNow.boot + seconds(720), kNow.wall + seconds(720)};
  EXPECT_THAT(told(later), HasSubstr(", after 7 failed attempts in 12 min"));
}

TEST_F(SituationLogTest, TellsAFailureWithItsCureOnceAndTheRecovery) {
  issue(seconds(3600));
  told();
  fail(ErrorClass::unreachable, "no route to the token endpoint");
  const std::string failure = told();
  EXPECT_THAT(failure, HasSubstr("no route to the token endpoint"));
  EXPECT_THAT(failure, HasSubstr("hint: look at the network"));
  EXPECT_THAT(told(), IsEmpty());
  profile().last_failure.reset();
  EXPECT_THAT(told(), HasSubstr("credentials valid until"));
}

TEST_F(SituationLogTest, TellsWhenTheLastSetIsGone) {
  issue(seconds(60));
  told();
  fail(ErrorClass::refused, "invalid_client");
  told();
  const Now later{kNow.boot + seconds(60), kNow.wall + seconds(60)};
  EXPECT_THAT(told(later), HasSubstr("no valid credentials: invalid_client"));
}

TEST_F(SituationLogTest, TellsAnotherClassOfFailureAsAChange) {
  issue(seconds(3600));
  fail(ErrorClass::unreachable, "a");
  told();
  fail(ErrorClass::throttled, "slow down");
  EXPECT_THAT(told(), HasSubstr("slow down"));
}

TEST_F(SituationLogTest, TellsAFileFailureAndItsEnd) {
  profile().file = {"/home/a/.aws/credentials", FileCondition::failed, "the disk is full"};
  EXPECT_THAT(told(), HasSubstr("the disk is full"));
  EXPECT_THAT(told(), Not(HasSubstr("the disk is full")));
  profile().file = {"/home/a/.aws/credentials", FileCondition::written, ""};
  EXPECT_THAT(told(), HasSubstr("is up to date again"));
}

TEST_F(SituationLogTest, TellsAClockThatWasSetOnce) {
  state_.clock_step = ClockStep{kNow.wall, seconds(10800)};
  EXPECT_THAT(told(), HasSubstr("the clock was set forward 10800 s, or the machine was paused\n"));
  EXPECT_THAT(told(), IsEmpty());
  state_.clock_step = ClockStep{kNow.wall + seconds(1), seconds(-7)};
  EXPECT_THAT(told(), HasSubstr("the clock was set back 7 s\n"));
}

TEST_F(SituationLogTest, TellsASkewedClockInTheRightDirection) {
  issue(seconds(36000));
  told();
  state_.accounts.front().upstream_since_boot =
      kNow.wall.time_since_epoch() + seconds(420) - kNow.boot.time_since_epoch();
  EXPECT_THAT(told(), HasSubstr("420 s slow"));
  EXPECT_THAT(told(), IsEmpty());
}

}  // namespace
}  // namespace mdh
