#include "common/state/state.h"
#include "common/state/condition.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

constexpr Now kNow{BootTime(seconds(1000)), WallTime(seconds(1'800'000'000))};

State state_with(milliseconds left) {
  State state;
  state.accounts.push_back({"lab", std::nullopt});
  ProfileState profile;
  profile.name = "one";
  profile.credentials = std::make_shared<Credentials>();
  profile.life = lasting(kNow, left);
  state.profiles.push_back(profile);
  return state;
}

// Field bug 2: expired keys answered as good ones.
TEST(State, ServesNothingWithLessThanFifteenSecondsLeft) {
  for (const auto& [left, served] :
       {std::pair(seconds(16), true), std::pair(seconds(15), true), std::pair(seconds(14), false),
        std::pair(seconds(0), false), std::pair(seconds(-3600), false)}) {
    const State state = state_with(left);
    EXPECT_EQ(servable(state.profiles[0], kNow) != nullptr, served) << left.count();
  }
}

// A set must be taken from the profile file's writer the moment it may not be written any more.
TEST(State, TellsWhenTheFirstSetLapses) {
  State state = state_with(seconds(600));
  state.profiles.push_back(state_with(seconds(100)).profiles[0]);
  state.profiles.push_back(state_with(seconds(5)).profiles[0]);  // lapsed already
  const BootTime lapse = next_lapse(state, kNow);
  const auto at = [&](BootTime boot) { return Now{boot, kNow.wall + (boot - kNow.boot)}; };
  EXPECT_TRUE(servable(state.profiles[1], at(lapse - milliseconds(1))));
  EXPECT_FALSE(servable(state.profiles[1], at(lapse)));
  EXPECT_TRUE(servable(state.profiles[0], at(lapse)));
  EXPECT_EQ(next_lapse(state_with(seconds(5)), kNow), BootTime::max());
}

// Field bug 17: skew arithmetic with the sign wrong.
TEST(State, SkewIsUpstreamLessLocalOnceItIsKnown) {
  State state = state_with(seconds(600));
  EXPECT_FALSE(skew(state.accounts[0], kNow));
  state.accounts[0].upstream_since_boot =
      kNow.wall.time_since_epoch() - kNow.boot.time_since_epoch() + std::chrono::hours(1);
  EXPECT_EQ(skew(state.accounts[0], kNow), std::chrono::hours(1));
}

TEST(State, ConditionFollowsTheSetAndTheLastFailure) {
  State state = state_with(seconds(600));
  ProfileState& profile = state.profiles[0];
  EXPECT_EQ(condition(profile, kNow), Condition::valid);
  profile.last_failure = Failure{};
  EXPECT_EQ(condition(profile, kNow), Condition::failing);
  state = state_with(seconds(-1));
  EXPECT_EQ(condition(state.profiles[0], kNow), Condition::expired);
  state.profiles[0].credentials.reset();
  EXPECT_EQ(condition(state.profiles[0], kNow), Condition::starting);
  state.profiles[0].attempted = true;
  EXPECT_EQ(condition(state.profiles[0], kNow), Condition::expired);
}

TEST(State, FindsAProfileByItsWholeName) {
  const State state = state_with(seconds(1));
  EXPECT_EQ(find_profile(state, "one"), &state.profiles[0]);
  EXPECT_EQ(find_profile(state, "on"), nullptr);
  EXPECT_EQ(find_profile(state, ""), nullptr);
}

}  // namespace
}  // namespace mdh
