#include "common/engine.h"

#include <gtest/gtest.h>

#include "tests/common/engine_bench.h"

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

TEST(Engine, NeverServesAnHoursSetWithLessThanThirtyMinutesLeft) {
  Bench bench(config({{"lab", 2}}));
  bench.run(seconds(1));
  for (int i = 0; i < 24 * 3600; ++i) {
    bench.run(seconds(1));
    const auto rest = bench.profile("lab-0").credentials->expiration - bench.upstream_now();
    ASSERT_GE(rest, minutes(30));
  }
  EXPECT_LE(bench.calls["exchange lab-0"], 24 * 3600 / 1600);
}

TEST(Engine, NeverServesAShortSetWithLessThan660SecondsLeft) {
  Bench bench(config({{"lab", 1}}));
  bench.life = seconds(900);
  bench.run(seconds(1));
  for (int i = 0; i < 6 * 3600; ++i) {
    bench.run(seconds(1));
    const auto rest = bench.profile("lab-0").credentials->expiration - bench.upstream_now();
    ASSERT_GE(rest, seconds(660));
  }
}

}  // namespace
}  // namespace mdh::bench
