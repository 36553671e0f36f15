#include "tests/simulation/herd.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

namespace mdh::simulation {
namespace {

double print(const char* title, const Wave& wave) {
  const double ratio = wave.mean > 0 ? wave.peak / wave.mean : 0;
  std::printf("  %-44s %5lld s .. %5lld s  peak %6d/s  mean %8.1f/s  peak/mean %5.2f\n", title,
              static_cast<long long>(wave.from / seconds(1)),
              static_cast<long long>(wave.until / seconds(1)), wave.peak, wave.mean, ratio);
  return ratio;
}

// Requests a second in bins of ten seconds, as a line of bars.
void print_over_time(const std::vector<int>& requests, const Wave& wave) {
  const auto second = [](Time time) { return static_cast<std::size_t>(time / seconds(1)); };
  for (std::size_t i = second(wave.from); i < second(wave.until); i += 10) {
    int sum = 0;
    for (std::size_t j = i; j < std::min(i + 10, requests.size()); ++j) sum += requests[j];
    std::printf("    %5zu s %7.1f/s %s\n", i, sum / 10.0,
                std::string(static_cast<std::size_t>(sum / 100), '#').c_str());
  }
}

struct Window {
  const char* title;
  Time from;
  Time until;
};

void compare(const char* what, const Herd& herd, const std::vector<Window>& windows) {
  if (kSanitized) GTEST_SKIP() << "figures of ten thousand, for builds without a sanitizer";
  std::printf("%s\n", what);
  const auto ours = requests_a_second(herd, true);
  const auto plain = requests_a_second(herd, false);
  for (const Window& window : windows) {
    EXPECT_LE(print(window.title, wave(ours, window.from, window.until)), 3.0) << window.title;
    print("  the same without jitter", wave(plain, window.from, window.until));
  }
  print_over_time(ours, wave(ours, windows.front().from, windows.front().until));
}

TEST(Herd, SwitchedOnInOneMinuteNeverPeaksAboveThreeTimesItsMean) {
  compare("10,000 daemons switched on in one minute:", Herd{},
          {{"the first refresh", minutes(20), minutes(40)},
           {"the second refresh", minutes(45), minutes(65)},
           {"the third refresh", minutes(75), minutes(95)},
           {"the first sets", Time(0), minutes(5)}});
}

TEST(Herd, SwitchedOnInOneSecondHasSpreadByItsFirstRefresh) {
  Herd herd;
  herd.switched_on_within = seconds(1);
  compare("10,000 daemons switched on in the same second:", herd,
          {{"the first refresh", minutes(20), minutes(40)},
           {"the second refresh", minutes(45), minutes(65)}});
}

// The outage takes the whole herd at its first refresh: the worst moment there is.
TEST(Herd, DoesNotTrampleAnUpstreamThatComesBackAfterTenMinutes) {
  Herd herd;
  herd.outage_from = minutes(26);
  herd.outage_until = minutes(36);
  compare(
      "An outage of ten minutes that all 10,000 were caught in:", herd,
      {{"when it ends", minutes(36), minutes(40)}, {"while it lasted", minutes(26), minutes(36)}});
}

TEST(Herd, DoesNotTrampleAnUpstreamThatWasDownWhenThePowerCameBack) {
  Herd herd;
  herd.switched_on_within = seconds(1);
  herd.outage_until = minutes(10);
  compare("Switched on in the same second, ten minutes into which upstream comes back:", herd,
          {{"when it ends", minutes(10), minutes(14)},
           {"the first refresh", minutes(30), minutes(50)}});
}

}  // namespace
}  // namespace mdh::simulation
