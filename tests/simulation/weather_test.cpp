#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>

#include "tests/simulation/machine.h"
#include "tests/simulation/peers.h"

namespace mdh::simulation {
namespace {

// Two months that are always the same, since a gate must say today what it said yesterday;
// MDH_SIMULATION_SEED=N plays (or replays) another, MDH_SIMULATION_SEED=random one nobody has seen.
std::vector<std::uint64_t> seeds() {
  const char* asked = std::getenv("MDH_SIMULATION_SEED");
  if (asked == nullptr) return {1, 42};
  if (std::string_view(asked) == "random") return {std::random_device()()};
  return {std::strtoull(asked, nullptr, 10)};
}

void print(const Ledger& ledger) {
  std::printf("  %-52s %12lld %12lld %9llu\n", ledger.client.c_str(),
              static_cast<long long>(ledger.without), static_cast<long long>(ledger.under_window),
              static_cast<unsigned long long>(ledger.calls));
}

TEST(ThirtyDaysOfWeather, BreakNoPromise) {
  for (const std::uint64_t seed : seeds()) {
    const Weather weather = draw_weather(seed);
    Machine machine(weather, seed);
    machine.live(kSanitized ? hours(48) : kMonth);
    ASSERT_EQ(machine.broken(), "") << "replay with MDH_SIMULATION_SEED=" << seed;
    // Full jitter up to a minute is 120 attempts an hour of each of an account's 17 projects.
    EXPECT_LE(machine.upstream().busiest_hour(), 17u * 130u) << "seed " << seed;
    EXPECT_EQ(machine.upstream().over_the_limit(), 0u) << "seed " << seed;
    std::printf(
        "seed %llu: 30 days, %llu steps, %zu spells of weather, no promise broken; an "
        "account's busiest hour %llu calls; slowest recovery %.0f s\n",
        static_cast<unsigned long long>(seed), static_cast<unsigned long long>(machine.steps()),
        weather.spells.size(), static_cast<unsigned long long>(machine.upstream().busiest_hour()),
        static_cast<double>(machine.slowest_recovery().count()) / 1000);
  }
}

TEST(ThirtyDaysOfWeather, TreatOurUsersBetterThanThePeersPolicies) {
  if (kSanitized) GTEST_SKIP() << "figures of a month, for builds without a sanitizer";
  const std::uint64_t seed = seeds().front();
  const Weather weather = draw_weather(seed);
  Machine machine(weather, seed);
  machine.live();
  std::printf("The same month (seed %llu), fifty profiles:\n  %-52s %12s %12s %9s\n",
              static_cast<unsigned long long>(seed), "policy", "without, s", "< 15 min, s",
              "calls");
  print(machine.ledger());
  for (const Ledger& peer : live_as_peers(weather)) {
    print(peer);
    EXPECT_LT(machine.ledger().without, peer.without) << peer.client;
    EXPECT_LT(machine.ledger().under_window, peer.under_window) << peer.client;
  }
}

}  // namespace
}  // namespace mdh::simulation
