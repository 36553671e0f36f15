#include "common/refresh/engine.h"

#include <gtest/gtest.h>

#include "tests/support/refresh_bench.h"

namespace mdh::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TEST(Engine, ServesEveryProfileAfterTwoRoundTrips) {
  Bench bench(config({{"lab", 3}, {"clinic", 1}}));
  bench.run(milliseconds(250));
  for (const char* name : {"lab-0", "lab-1", "lab-2", "clinic-0"}) EXPECT_TRUE(bench.served(name));
  EXPECT_EQ(bench.calls["token lab"], 1);
}

TEST(Engine, NeverServesAnHoursSetWithLessThanThirtyMinutesLeft) {  // R26
  Bench bench(config({{"lab", 2}}));
  bench.run(seconds(1));
  for (int i = 0; i < 24 * 3600; ++i) {
    bench.run(seconds(1));
    const auto rest = bench.profile("lab-0").credentials->expiration - bench.upstream_now();
    ASSERT_GE(rest, minutes(30));
  }
  EXPECT_LE(bench.calls["exchange lab-0"], 24 * 3600 / 1600);
}

TEST(Engine, NeverServesAShortSetWithLessThan660SecondsLeft) {  // R28
  Bench bench(config({{"lab", 1}}));
  bench.life = seconds(900);
  bench.run(seconds(1));
  for (int i = 0; i < 6 * 3600; ++i) {
    bench.run(seconds(1));
    const auto rest = bench.profile("lab-0").credentials->expiration - bench.upstream_now();
    ASSERT_GE(rest, seconds(660));
  }
}

TEST(Engine, SharesOneTokenAmongTheProjectsOfAnAccountWhileItLasts) {
  Bench bench(config({{"lab", 20}}));
  bench.run(seconds(5));
  EXPECT_EQ(bench.calls["token lab"], 1);
  bench.token_life = seconds(30);  // nothing is left after the margin: good for one use each
  bench.run(hours(1));
  for (const auto& one : bench.engine.state().profiles) EXPECT_TRUE(bench.served(one.name));
}

TEST(Engine, UsesATokenWithoutALifeOnce) {
  Bench bench(config({{"lab", 3}}));
  bench.token_life = seconds(0);
  bench.run(seconds(2));
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(bench.served("lab-" + std::to_string(i)));
  EXPECT_EQ(bench.calls["token lab"], 3);
}

TEST(Engine, PresentsNoTokenInItsLastThirtySeconds) {
  Bench bench(config({{"lab", 1}}));
  bench.token_life = seconds(60);
  bench.run(seconds(1));
  bench.run(seconds(28));
  EXPECT_TRUE(bench.engine.refresh("lab-0", bench.now()).accepted);
  bench.run(seconds(1));
  EXPECT_EQ(bench.calls["token lab"], 1);
  bench.run(seconds(20));
  EXPECT_TRUE(bench.engine.refresh("lab-0", bench.now()).accepted);
  bench.run(seconds(1));
  EXPECT_EQ(bench.calls["token lab"], 2);
}

TEST(Engine, RunsEightExchangesOfAnAccountAtOnceAndOneOfAProject) {
  Bench bench(config({{"lab", 30}}));
  std::map<std::size_t, int> away;
  std::size_t most = 0;
  bench.upstream = [&](Bench& at, const UpstreamCall& call) {
    std::size_t now_away = 0;
    if (call.kind == UpstreamCall::Kind::exchange) {
      for (std::size_t i = 0; i < at.sent.size(); ++i) {
        const bool exchange = at.sent[i].kind == UpstreamCall::Kind::exchange;
        if (exchange && at.sent_at[i] + seconds(3) > at.now().boot) {
          ++now_away;
          EXPECT_NE(at.sent[i].project, call.project);
        }
      }
      most = std::max(most, now_away + 1);
    }
    Reply reply = at.good(call);
    reply.takes = seconds(3);
    return reply;
  };
  bench.run(seconds(60));
  EXPECT_EQ(most, 8u);
  for (const auto& one : bench.engine.state().profiles) EXPECT_TRUE(bench.served(one.name));
}

TEST(Engine, WarnsOfALifeTooShortForThePromises) {
  Bench bench(config({{"lab", 1}}));
  bench.life = seconds(900);
  bench.run(seconds(1));
  EXPECT_EQ(bench.profile("lab-0").warning, "");
  bench.life = seconds(600);
  bench.run(seconds(300));
  EXPECT_NE(bench.profile("lab-0").warning.find("live only"), std::string::npos);
  bench.life = seconds(3600);
  bench.run(seconds(300));
  EXPECT_EQ(bench.profile("lab-0").warning, "");
}

TEST(Engine, RemembersADayOfAttemptsWithOutcomesAndDurations) {
  Bench bench(config({{"lab", 1}}));
  bench.life = seconds(60);
  bench.run(hours(30));
  const ProfileState& profile = bench.profile("lab-0");
  EXPECT_LE(profile.attempts.size(), 24u * 60 + 1);
  int remembered = 0;
  for (const Attempt& attempt : profile.attempts) remembered += attempt.times;
  EXPECT_GT(remembered, 24 * 3600 / 16);
  const auto all = profile.outcomes.at("success");
  EXPECT_GT(all, 30u * 3600 / 16);
  std::uint64_t counted = 0;
  for (const auto count : bench.engine.state().durations.counts) counted += count;
  EXPECT_EQ(counted, all);
  EXPECT_NEAR(bench.engine.state().durations.sum / static_cast<double>(all), 0.1, 0.1);
}

TEST(Engine, ForgetsAttemptsAfterADay) {
  Bench bench(config({{"lab", 1}}));
  bench.run(hours(40));
  const auto& attempts = bench.profile("lab-0").attempts;
  EXPECT_GE(attempts.front().at + hours(25), bench.now().wall);
  EXPECT_GT(attempts.size(), 40u);
}

TEST(Engine, SaysWhenTheNextAttemptIs) {
  Bench bench(config({{"lab", 1}}));
  bench.run(seconds(1));
  EXPECT_GT(bench.next("lab-0"), seconds(1600));
  EXPECT_LT(bench.next("lab-0"), seconds(1740));
  const int before = bench.calls["exchange lab-0"];
  bench.run(bench.next("lab-0") - seconds(1));
  EXPECT_EQ(bench.calls["exchange lab-0"], before);
  bench.run(seconds(2));
  EXPECT_EQ(bench.calls["exchange lab-0"], before + 1);
}

TEST(Engine, SaysWhenACallIsStuckAndWhenItHasEnded) {
  Bench bench(config({{"lab", 1}}));
  bench.upstream = [](Bench& at, const UpstreamCall& call) {
    Reply reply = at.good(call);
    reply.takes = seconds(90);
    return reply;
  };
  bench.run(seconds(59));
  EXPECT_FALSE(bench.engine.state().stuck);
  bench.run(seconds(2));
  EXPECT_TRUE(bench.engine.state().stuck);
  bench.run(seconds(40));
  EXPECT_FALSE(bench.engine.state().stuck);
}

TEST(Engine, HasNothingToDoBetweenRefreshes) {
  Bench bench(config({{"lab", 10}}));
  bench.run(seconds(10));
  EXPECT_TRUE(bench.engine.turn(bench.now()).empty());
  EXPECT_GT(bench.engine.next_turn() - bench.now().boot, minutes(25));
}

TEST(Engine, WithoutProfilesHasNothingToDoEver) {
  Bench bench{Config{}};
  EXPECT_TRUE(bench.engine.turn(bench.now()).empty());
  EXPECT_EQ(bench.engine.next_turn(), BootTime::max());
}

}  // namespace
}  // namespace mdh::bench
