#include <gtest/gtest.h>

#include <utility>

#include "common/refresh/engine.h"
#include "common/refresh/upstream_clock.h"
#include "tests/support/refresh_bench.h"

namespace mdh::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// An upstream that refuses an assertion signed by a clock more than five minutes off.
class EngineClock : public testing::Test {
 protected:
  EngineClock() {
    bench.upstream = [this](Bench& at, const UpstreamCall& call) {
      if (call.kind != UpstreamCall::Kind::token) return at.good(call);
      const milliseconds signing =
          call.upstream_since_boot ? *call.upstream_since_boot + at.now().boot.time_since_epoch()
                                   : at.now().wall.time_since_epoch();
      const milliseconds off = signing - at.upstream_now().time_since_epoch();
      corrected = call.upstream_since_boot.has_value();
      const bool refused = std::chrono::abs(off) > minutes(5);
      return refused ? Reply{failure(ErrorClass::refused, 400, "invalid_client")} : at.good(call);
    };
  }
  milliseconds measured() { return *skew(bench.engine.state().accounts[0], bench.now()); }
  Bench bench{config({{"lab", 1}})};
  bool corrected = false;
};

// Field bug 17.
TEST_F(EngineClock, SignsWithUpstreamsTimeAfterInvalidClientWhenTheClockIsOff) {
  for (const auto off : {minutes(7), minutes(-7), minutes(70)}) {
    bench.step(off);
    EXPECT_TRUE(bench.run_until([&] { return bench.served("lab-0") && corrected; }, hours(1)));
    EXPECT_LT(std::chrono::abs(measured() + off), seconds(1));
    bench.step(-off);
    bench.run(hours(1));
    EXPECT_FALSE(corrected);
  }
}

TEST_F(EngineClock, FindsItsWayWithinTwoSecondsOfAStart) {
  bench.step(minutes(-7));
  EXPECT_TRUE(bench.run_until([&] { return bench.served("lab-0"); }, seconds(2)));
}

TEST_F(EngineClock, StaysWithUpstreamsTimeWhileTheClockIsOff) {
  bench.step(minutes(8));
  bench.run(hours(12));
  EXPECT_EQ(bench.profile("lab-0").outcomes.at("refused"), 1u);
  EXPECT_GT(bench.profile("lab-0").outcomes.at("success"), 20u);
}

TEST_F(EngineClock, SignsWithTheWallClockWhileItIsRight) {
  bench.run(hours(6));
  EXPECT_FALSE(corrected);
  bench.step(seconds(50));
  bench.run(hours(6));
  EXPECT_FALSE(corrected);
}

TEST_F(EngineClock, NeverSignsAnExpThatIsPastByUpstreamsClock) {
  bench.run(seconds(1));
  bench.step(minutes(-20));  // beyond the assertion's 900 s
  bench.engine.refresh("lab-0", bench.now());
  bench.run(minutes(31));
  EXPECT_TRUE(corrected);
  EXPECT_FALSE(bench.profile("lab-0").outcomes.contains("refused"));
}

TEST_F(EngineClock, DoesNotBlameTheClockForARefusalWhenTheClockIsRight) {
  bench.upstream = [this](Bench&, const UpstreamCall& call) {
    corrected = corrected || call.upstream_since_boot;
    return Reply{failure(ErrorClass::refused, 400, "invalid_client")};
  };
  bench.run(hours(6));
  EXPECT_FALSE(corrected);
}

TEST_F(EngineClock, DecidesExpiryByUpstreamsClock) {
  for (const auto off : {hours(1), hours(-1)}) {
    bench.step(off);
    bench.run(minutes(90));
    EXPECT_TRUE(bench.served("lab-0"));
    const auto rest = bench.profile("lab-0").credentials->expiration - bench.upstream_now();
    EXPECT_GE(rest, minutes(30));
  }
}

// What is told of the set's end, in the clock that is never wrong.
class EngineLife : public testing::Test {
 protected:
  milliseconds true_left() {
    const auto& set = bench.profile("lab-0").credentials;
    return set ? set->expiration - bench.upstream_now() : milliseconds(0);
  }
  milliseconds told_left() { return life_left(bench.profile("lab-0").life, bench.now()); }
  std::uint64_t successes() { return bench.profile("lab-0").outcomes.at("success"); }
  int clock_calls() {
    int count = 0;
    for (const auto& [name, calls] : bench.calls) count += name.starts_with("clock") ? calls : 0;
    return count;
  }
  void down() {
    bench.upstream = [](Bench&, const UpstreamCall&) {
      Reply reply{failure(ErrorClass::unreachable)};
      reply.dated = false;
      return reply;
    };
  }
  Bench bench{config({{"lab", 1}})};
};

// A machine that was paused for three hours and whose wall clock was then set right.
TEST_F(EngineLife, TakesAForwardStepForLostLifeAndRenewsAtOnce) {
  bench.run(minutes(5));
  bench.pause(hours(3));
  bench.step(hours(3));
  EXPECT_FALSE(bench.served("lab-0"));
  EXPECT_TRUE(bench.engine.stepped(bench.now()));
  bench.run(seconds(2));
  EXPECT_TRUE(bench.served("lab-0"));
  EXPECT_NEAR(static_cast<double>(told_left().count()), static_cast<double>(true_left().count()),
              1000);
  EXPECT_EQ(bench.engine.state().clock_step->by, hours(3));
  EXPECT_EQ(skew(bench.engine.state().accounts[0], bench.now())->count() / 1000, 0);
  EXPECT_EQ(clock_calls(), 0);
}

TEST_F(EngineLife, LosesWhatAStepTookAlsoWhenTheClockIsSetBack) {
  bench.run(minutes(5));
  down();
  bench.step(minutes(40));
  bench.run(seconds(3));
  bench.step(minutes(-40));
  bench.run(seconds(3));
  EXPECT_LE(told_left(), minutes(15));
}

TEST_F(EngineLife, IsNotChangedByABackwardStep) {
  bench.run(minutes(5));
  const milliseconds before = told_left();
  bench.step(hours(-5));
  bench.run(seconds(10));
  EXPECT_EQ(told_left(), before - seconds(10));
  EXPECT_EQ(successes(), 1u);
}

// The same pause, of which neither clock was told: two replies tell.
TEST_F(EngineLife, LearnsOfAPauseFromTwoDates) {
  bench.run(minutes(5));
  bench.pause(hours(3));
  bench.engine.refresh("lab-0", bench.now());
  bench.run(seconds(5));
  EXPECT_EQ(successes(), 2u);
  EXPECT_NEAR(static_cast<double>(told_left().count()), static_cast<double>(true_left().count()),
              1100);
  EXPECT_EQ(bench.profile("lab-0").outcomes.count("malformed"), 0u);
}

TEST_F(EngineLife, EndsASetByDatesOfRepliesThatFail) {
  bench.run(minutes(5));
  bench.pause(hours(3));
  bench.upstream = [](Bench&, const UpstreamCall&) {
    return Reply{failure(ErrorClass::unreachable, 503)};
  };
  EXPECT_TRUE(bench.served("lab-0"));  // nothing that can be read has moved
  bench.engine.refresh("lab-0", bench.now());
  bench.run(seconds(2));
  EXPECT_FALSE(bench.served("lab-0"));
}

// A cached page that kept its Date for two hours, as the first reply of all.
TEST_F(EngineLife, IsNotLengthenedByOneWrongDate) {
  bool first = true;
  bench.upstream = [&](Bench& at, const UpstreamCall& call) {
    if (!std::exchange(first, false)) return at.good(call);
    Reply reply{failure(ErrorClass::unreachable, 503)};
    reply.date_is_off = hours(-2);
    return reply;
  };
  bench.run(seconds(10));
  EXPECT_EQ(told_left() / seconds(1), true_left() / seconds(1));
  EXPECT_EQ(clock_calls(), 1 + 1);  // the exchange's host and the token's
  EXPECT_LT(std::chrono::abs(*skew(bench.engine.state().accounts[0], bench.now())), seconds(1));
  EXPECT_EQ(bench.profile("lab-0").outcomes.at("unreachable"), 1u);
  EXPECT_EQ(successes(), 1u);
}

TEST_F(EngineLife, AsksForASecondReadingBeforeAnythingIsSignedByIt) {
  bench.step(hours(-2));
  std::vector<UpstreamCall::Kind> kinds;
  bench.upstream = [&](Bench& at, const UpstreamCall& call) {
    kinds.push_back(call.kind);
    return at.good(call);
  };
  bench.run(seconds(10));
  using enum UpstreamCall::Kind;
  EXPECT_EQ(kinds, (std::vector{token, clock, clock, exchange}));
  EXPECT_FALSE(bench.profile("lab-0").life.assumed);
  bench.run(hours(5));
  EXPECT_EQ(clock_calls(), 2);  // the next Dates agree with what is known
}

TEST_F(EngineLife, NeverSignsByALoneDate) {
  bench.upstream = [&](Bench&, const UpstreamCall& call) {
    if (call.kind == UpstreamCall::Kind::clock)
      return Reply{failure(ErrorClass::unreachable), {}, false};
    EXPECT_FALSE(call.upstream_since_boot);
    Reply reply{failure(ErrorClass::refused, 400, "invalid_client")};
    reply.date_is_off = hours(5) * static_cast<int>(bench.sent.size());
    return reply;
  };
  bench.run(hours(12));
}

// A hypervisor and a time service that fight over the clock.
TEST_F(EngineLife, MakesNoStormOfAClockThatFlaps) {
  bench.run(minutes(1));
  for (int i = 0; i < 3600; ++i) {
    bench.step(i % 2 == 0 ? seconds(10) : seconds(-10));
    bench.run(seconds(1));
  }
  EXPECT_LE(bench.calls["exchange lab-0"], 130);
}

}  // namespace
}  // namespace mdh::bench
