// Goal: the record says who had what, how often and when, and says "first" once a day.
#include "common/endpoint/hand_outs.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

constexpr WallTime kMorning{std::chrono::seconds(1'800'000'000)};  // 08:00 UTC
constexpr auto kDay = std::chrono::hours(24);

HandOut given(std::uint32_t user, const std::string& profile, WallTime at,
              const std::string& form = "container") {
  return {user, profile, form, 1, at, at};
}

TEST(HandOuts, AreFirstOnceADayForEachUserAndProfile) {
  HandOuts record;
  EXPECT_TRUE(record.note(given(1001, "a", kMorning)));
  EXPECT_FALSE(record.note(given(1001, "a", kMorning + seconds(1))));
  EXPECT_FALSE(record.note(given(1001, "a", kMorning + seconds(2), "imds"))) << "in any form";
  EXPECT_TRUE(record.note(given(1002, "a", kMorning)));
  EXPECT_TRUE(record.note(given(1001, "b", kMorning)));
  EXPECT_TRUE(record.note(given(1001, "a", kMorning + kDay, "imds")));
  EXPECT_FALSE(record.note(given(1001, "a", kMorning + kDay)));
}

TEST(HandOuts, CountEachFormWithItsFirstAndLastTime) {
  HandOuts record;
  for (int i = 0; i < 3; ++i) record.note(given(1001, "a", kMorning + seconds(i)));
  record.note(given(1001, "a", kMorning, "imds"));
  const auto rows = record.rows();
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0], (HandOut{1001, "a", "container", 3, kMorning, kMorning + seconds(2)}));
  EXPECT_EQ(rows[1].count, 1U);
  EXPECT_EQ(record.totals().at("a"), 4U);
}

TEST(HandOuts, GoOnAfterARestart) {
  HandOuts before;
  before.note(given(1001, "a", kMorning));
  HandOuts after;
  after.restore(before.rows());
  EXPECT_FALSE(after.note(given(1001, "a", kMorning + seconds(9))));
  EXPECT_EQ(after.rows().at(0).count, 2U);
  EXPECT_EQ(after.totals().at("a"), 1U) << "a counter of this process";
}

TEST(HandOuts, StayBoundedWhoeverAsks) {
  HandOuts record;
  for (std::uint32_t user = 0; user < HandOuts::kMost + 100; ++user)
    record.note(given(user, "a", kMorning + seconds(user)));
  EXPECT_EQ(record.rows().size(), HandOuts::kMost);
  EXPECT_EQ(record.rows().front().user, 100U) << "what was used longest ago goes";
}

}  // namespace
}  // namespace mdh
