#include <gtest/gtest.h>

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

}  // namespace
}  // namespace mdh::bench
