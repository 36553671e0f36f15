#include <gtest/gtest.h>

#include <set>

#include "common/refresh/engine.h"
#include "tests/support/refresh_bench.h"

namespace mdh::bench {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

// Weather for some projects of an account that the neighbours must not notice.
struct Trouble {
  std::string account;
  std::set<std::size_t> projects;  // of its exchanges; empty: its token requests
  Reply reply;
};

Bench::Upstream with(const Trouble& trouble) {
  return [trouble](Bench& bench, const UpstreamCall& call) {
    if (call.account->name != trouble.account) return bench.good(call);
    const bool token = call.kind == UpstreamCall::Kind::token;
    const bool hit =
        trouble.projects.empty() ? token : !token && trouble.projects.contains(call.project);
    return hit ? trouble.reply : bench.good(call);
  };
}

// refreshes() is when each of the profile's sets was received over six hours of such weather.
std::vector<WallTime> refreshes(const std::string& profile, const std::optional<Trouble>& trouble) {
  Bench bench(config({{"lab", 3}, {"clinic", 3}}), 42);
  if (trouble) bench.upstream = with(*trouble);
  std::vector<WallTime> times;
  bench.run_until(
      [&] {
        const auto at = bench.profile(profile).refreshed_at;
        if (at && (times.empty() || times.back() != *at)) times.push_back(*at);
        return false;
      },
      hours(6));
  return times;
}

// The neighbours' refresh times do not move: exactly so for another account's; within an account a
// token may have been fetched by another project already, which saves a round trip.
void expect_undisturbed(const std::string& profile, const Trouble& trouble) {
  const auto calm = refreshes(profile, std::nullopt);
  const auto times = refreshes(profile, trouble);
  ASSERT_FALSE(times.empty());
  EXPECT_EQ(times.front(), calm.front());
  ASSERT_EQ(times.size(), calm.size());
  const bool neighbour = profile.starts_with(trouble.account);
  for (std::size_t i = 0; i < times.size(); ++i) {
    EXPECT_LE(std::chrono::abs(times[i] - calm[i]), milliseconds(neighbour ? 300 * i : 0));
  }
}

TEST(EngineIsolation, ARefusedAccountMovesNoOther) {
  expect_undisturbed("clinic-0",
                     {"lab", {}, {failure(ErrorClass::refused, 400, "invalid_client")}});
}

TEST(EngineIsolation, AThrottledAccountMovesNoOther) {
  Error asked = failure(ErrorClass::throttled, 429);
  asked.retry_after = seconds(3600);
  expect_undisturbed("clinic-0", {"lab", {}, {asked}});
}

TEST(EngineIsolation, AHangingAccountMovesNoOther) {
  expect_undisturbed("clinic-0", {"lab", {}, {failure(ErrorClass::unreachable), seconds(10)}});
}

TEST(EngineIsolation, AnAccountWhoseCallNeverEndsMovesNoOther) {
  expect_undisturbed("clinic-0", {"lab", {}, {failure(ErrorClass::unreachable), hours(100)}});
}

TEST(EngineIsolation, AHangingProjectMovesNoOtherOfItsAccount) {
  expect_undisturbed("lab-1", {"lab", {0}, {failure(ErrorClass::unreachable), seconds(10)}});
}

TEST(EngineIsolation, ADeniedProjectMovesNoOtherOfItsAccount) {
  expect_undisturbed("lab-1", {"lab", {0}, {failure(ErrorClass::refused, 403)}});
}

TEST(EngineIsolation, AThrottledProjectMovesNoOtherOfItsAccount) {
  Error asked = failure(ErrorClass::throttled, 429);
  asked.retry_after = seconds(600);
  expect_undisturbed("lab-1", {"lab", {0}, {asked}});
}

TEST(EngineIsolation, EightHangingProjectsDelayAnotherByOneTimeoutAtMost) {
  Bench bench(config({{"lab", 9}}));
  bench.upstream =
      with({"lab", {0, 1, 2, 3, 4, 5, 6, 7}, {failure(ErrorClass::unreachable), seconds(10)}});
  EXPECT_TRUE(
      bench.run_until([&] { return bench.served("lab-8"); }, seconds(10) + milliseconds(300)));
  for (int i = 0; i < 20; ++i) {
    bench.engine.refresh("lab-8", bench.now());
    const auto before = bench.profile("lab-8").refreshed_at;
    EXPECT_TRUE(bench.run_until([&] { return bench.profile("lab-8").refreshed_at != before; },
                                seconds(10) + milliseconds(300)));
    bench.run(seconds(31));
  }
}

TEST(EngineIsolation, FailingProjectsNeverTakeAllThePlacesOfHealthyOnes) {
  Bench bench(config({{"lab", 40}}));
  std::set<std::size_t> hanging;
  for (std::size_t i = 0; i < 39; ++i) hanging.insert(i);
  bench.run(seconds(5));
  bench.upstream = with({"lab", hanging, {failure(ErrorClass::unreachable), seconds(10)}});
  bench.run(hours(3));
  for (int i = 0; i < 20; ++i) {
    const auto before = bench.profile("lab-39").refreshed_at;
    EXPECT_TRUE(bench.engine.refresh("lab-39", bench.now()).accepted);
    EXPECT_TRUE(bench.run_until([&] { return bench.profile("lab-39").refreshed_at != before; },
                                seconds(10) + milliseconds(300)));
    bench.run(seconds(13));
  }
}

}  // namespace
}  // namespace mdh::bench
