// Goal: no second in which an expired set is handed out, whatever the clocks do, but where nothing
// that can be read has told. Every fault alone, and every two of them.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "tests/simulation/clock_machine.h"

namespace mdh::simulation {
namespace {

constexpr int kMostNeedless = 3;

std::vector<std::vector<Fault>> all_faults() {
  std::vector<std::vector<Fault>> all{{}};
  const auto last = static_cast<int>(Fault::last);
  for (int one = 0; one < last; ++one) {
    all.push_back({static_cast<Fault>(one)});
    for (int other = one + 1; other < last; ++other) {
      all.push_back({static_cast<Fault>(one), static_cast<Fault>(other)});
    }
  }
  return all;
}

// Two days of each by default; MDH_CLOCK_DAYS=10000 makes as many machine-days in all.
Time days_of_each(std::size_t scenarios) {
  const char* asked = std::getenv("MDH_CLOCK_DAYS");
  if (asked == nullptr) return kDay * (kSanitized ? 1 : 2);
  const auto days = std::strtoll(asked, nullptr, 10);
  return kDay * std::max<std::int64_t>(1, days / static_cast<std::int64_t>(scenarios) + 1);
}

std::string described(const Scenario& scenario) {
  std::string text;
  for (const Fault fault : scenario.faults) text += (text.empty() ? "" : " + ") + name(fault);
  return (text.empty() ? "all is well" : text) + ", seed " + std::to_string(scenario.seed);
}

TEST(Clocks, NeverHaveAnExpiredSetServed) {
  const auto all = all_faults();
  const Time lasts = days_of_each(all.size());
  ClockLedger sum;
  std::int64_t broken = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Scenario scenario{all[i], 1000 + i, lasts};
    const ClockLedger ledger = ClockMachine(scenario).live();
    EXPECT_EQ(ledger.broken, "") << described(scenario) << (++broken ? "" : "");
    // Where two clocks of three are wrong nobody can tell which: the shorter life is kept to, at
    // the cost of refreshes.
    const bool undecidable = scenario.dates_lie() && scenario.faults.size() > 1 &&
                             (scenario.wall_is_wrong() || scenario.both_lie());
    if (!undecidable) {
      EXPECT_LE(ledger.most_needless, kMostNeedless) << described(scenario);
      sum.most_needless = std::max(sum.most_needless, ledger.most_needless);
    }
    sum.excused += ledger.excused;
    sum.refreshes += ledger.refreshes;
    sum.longest_without = std::max(sum.longest_without, ledger.longest_without);
  }
  std::printf(
      "%zu pairs of faults, %lld machine-days, %llu refreshes: %lld broken; at most %d needless a "
      "day; "
      "longest without a set while upstream answered %.0f s; untold: %.1f h\n",
      all.size(), static_cast<long long>(static_cast<std::int64_t>(all.size()) * (lasts / kDay)),
      static_cast<unsigned long long>(sum.refreshes), static_cast<long long>(broken),
      sum.most_needless, static_cast<double>(sum.longest_without.count()) / 1000,
      static_cast<double>(sum.excused.count()) / 3'600'000);
}

}  // namespace
}  // namespace mdh::simulation
