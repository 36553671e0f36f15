// Goal: one Date lengthens nothing, two that bear each other out are believed, and a life is never
// longer than the clocks allow.
#include "common/refresh/upstream_clock.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr milliseconds kTrip{100};
constexpr BootTime kBoot{seconds(1000)};
constexpr WallTime kTruth{seconds(1'800'000'000)};  // at kBoot

// A machine whose wall clock is off by so much, and a Date that is.
Now clocks(milliseconds since, milliseconds wall_off) {
  return {kBoot + since, kTruth + since + wall_off};
}
ClockReading reading(milliseconds since, milliseconds wall_off, milliseconds date_off = {},
                     milliseconds trip = kTrip) {
  return {clocks(since, wall_off), clocks(since + trip, wall_off),
          std::chrono::floor<seconds>(kTruth + since + trip / 2 + date_off)};
}

Credentials hour_set() {
  Credentials set;
  set.expiration = kTruth + hours(1);
  return set;
}

std::optional<SetLife> judged(milliseconds wall_off, const ClockReadings& readings,
                              const Credentials& set = hour_set()) {
  return judged_life(set, clocks({}, wall_off), {readings, {}});
}

void expect_near(milliseconds found, milliseconds wanted) {
  EXPECT_LE(std::chrono::abs(found - wanted), milliseconds(1100)) << found.count();
}

// Field bug 17: the sign.
std::optional<milliseconds> agreed_since_boot(const ClockReadings& readings) {
  const auto found = agreement(readings);
  return found ? std::optional(found->since_boot) : std::nullopt;
}

TEST(UpstreamClock, IsWhereTwoClocksAgree) {
  const milliseconds truth = kTruth.time_since_epoch() - kBoot.time_since_epoch();
  EXPECT_FALSE(agreed_since_boot({}));
  expect_near(*agreed_since_boot({reading({}, {})}), truth);  // Date and wall clock
  for (const auto off : {hours(3), hours(-3)}) {
    EXPECT_FALSE(agreed_since_boot({reading({}, off)}));
    expect_near(*agreed_since_boot({reading({}, off), reading(seconds(2), off)}), truth);
    EXPECT_FALSE(agreed_since_boot({reading({}, off), reading(seconds(2), off, minutes(20))}));
  }
  expect_near(*agreed_since_boot({reading({}, {}, hours(-2)), reading(seconds(1), {})}), truth);
}

TEST(UpstreamClock, IsContestedByADateThatContradictsIt) {
  const auto off = hours(3);
  EXPECT_FALSE(agreement({reading({}, off), reading(seconds(1), off)})->contested);
  const auto found = agreement({reading({}, off, hours(-2)), reading(seconds(1), off, hours(-2)),
                                reading(seconds(1), off), reading(seconds(2), off)});
  const milliseconds truth = kTruth.time_since_epoch() - kBoot.time_since_epoch();
  EXPECT_TRUE(found->contested);
  expect_near(found->since_boot, truth - hours(2));
  expect_near(found->latest, truth);
}

// Before a pause a Date may have borne out the wall clock that is wrong by now.
TEST(UpstreamClock, IsTheLastReadingsWhereThatIsBorneOut) {
  const milliseconds truth = kTruth.time_since_epoch() - kBoot.time_since_epoch();
  const auto latest = [](const ClockReadings& readings, std::optional<milliseconds> known) {
    const auto found = latest_agreement(readings, known, false);
    return found ? std::optional(found->since_boot) : std::nullopt;
  };
  expect_near(*latest({reading({}, {}, hours(-2)), reading(seconds(1), {})}, std::nullopt), truth);
  EXPECT_FALSE(latest({reading({}, {}), reading(seconds(1), {}, hours(3))}, std::nullopt));
  EXPECT_FALSE(latest(
      {reading({}, {}), reading(seconds(1), {}, hours(3)), reading(seconds(2), {}, hours(3))},
      std::nullopt));
  const ClockReadings agreeing{reading(seconds(1), {}, hours(3)),
                               reading(seconds(2), {}, hours(3))};
  expect_near(*latest(agreeing, std::nullopt), truth + hours(3));
  const std::optional<milliseconds> known = truth + hours(3);
  expect_near(*latest({reading(seconds(1), {}, hours(3))}, known), truth + hours(3));
  EXPECT_FALSE(latest({}, known));
}

TEST(UpstreamClock, IsDoubtedByOneDateOverAMinuteOff) {
  EXPECT_FALSE(doubtful(reading({}, {}), std::nullopt));
  EXPECT_FALSE(doubtful(reading({}, seconds(50)), std::nullopt));
  EXPECT_TRUE(doubtful(reading({}, seconds(70)), std::nullopt));
  EXPECT_TRUE(doubtful(reading({}, {}, hours(-2)), std::nullopt));
  const auto known = agreed_since_boot({reading({}, hours(2)), reading(seconds(1), hours(2))});
  EXPECT_FALSE(doubtful(reading(minutes(30), hours(2)), known));
  EXPECT_TRUE(doubtful(reading(minutes(30), hours(2), hours(1)), known));
}

TEST(JudgedLife, IsTheWallClocksWhereNothingSpeaksAgainstIt) {
  for (const ClockReadings& readings :
       {ClockReadings{}, ClockReadings{reading({}, {})},
        ClockReadings{reading({}, {}, hours(-2)), reading(seconds(-1), {})},
        ClockReadings{reading({}, {}, minutes(50)), reading(seconds(-1), {})}}) {
    const auto life = judged({}, readings);
    EXPECT_EQ(life->whole, hours(1));
    EXPECT_FALSE(life->doubted);
    EXPECT_FALSE(life->assumed);
  }
}

TEST(JudgedLife, IsTheDatesWhereTwoAgreeAgainstTheWallClock) {
  for (const minutes off : {minutes(180), minutes(-180), minutes(1200), minutes(20)}) {
    const auto life = judged(off, {reading(seconds(-1), off), reading({}, off)});
    expect_near(life->whole, hours(1));
    EXPECT_FALSE(life->assumed);
  }
}

TEST(JudgedLife, IsNeverLengthenedByALoneDate) {
  const auto life = judged({}, {reading({}, {}, hours(-2))});
  EXPECT_EQ(life->whole, hours(1));
  EXPECT_EQ(received_life(*life), hours(1));
}

TEST(JudgedLife, IsCutShortByALoneDateUntilMoreIsKnown) {
  const ClockReading lone = reading({}, hours(-3));  // the wall clock is three hours slow
  const auto doubted = judged(hours(-3), {lone});
  EXPECT_EQ(doubted->whole, hours(4));
  expect_near(received_life(*doubted), hours(1));
  expect_near(judged(hours(-3), {lone, reading(seconds(1), hours(-3))})->whole, hours(1));
  const auto refuted = judged({}, {reading({}, {}, minutes(50)), reading(seconds(1), {})});
  EXPECT_EQ(received_life(*refuted), hours(1));
}

TEST(JudgedLife, IsFifteenMinutesAtMostWhereTheWallClocksIsImpossible) {
  for (const auto off : {hours(2), hours(-50)}) {
    const auto life = judged(off, {reading({}, off)});
    EXPECT_EQ(life->whole, minutes(15));
    EXPECT_TRUE(life->assumed);
    const auto shorter = judged(off, {reading({}, off, minutes(50))});
    expect_near(shorter->whole, minutes(10));
    const auto dateless = judged(off, {});
    EXPECT_EQ(dateless->whole, minutes(15));
    EXPECT_TRUE(dateless->assumed);
  }
}

TEST(JudgedLife, IsFifteenMinutesWhereNoneIsNamed) {
  Credentials set = hour_set();
  set.expiration_named = false;
  const auto life = judged({}, {reading({}, {})}, set);
  EXPECT_EQ(life->whole, minutes(15));
  EXPECT_TRUE(life->assumed);
}

TEST(JudgedLife, IsNoneOfASetThatIsPastByEveryClock) {
  Credentials set;
  set.expiration = kTruth - minutes(1);
  EXPECT_FALSE(judged({}, {reading({}, {})}, set));
  EXPECT_FALSE(judged({}, {reading({}, {}), reading(seconds(-1), {}, hours(-2))}, set));
}

// A cached set near its end, and a slow wall clock: no more than STS issues at least.
TEST(JudgedLife, IsShortWhereAgreedDatesAndTheWallClockContradictEachOther) {
  Credentials set;
  set.expiration = kTruth + seconds(5);
  const auto life =
      judged(hours(-3), {reading({}, hours(-3)), reading(seconds(-1), hours(-3))}, set);
  EXPECT_EQ(life->whole, minutes(15));
  EXPECT_TRUE(life->assumed);
}

TEST(JudgedLife, TakesTheShortestOfDatesThatContradictOneAnother) {
  const auto off = hours(-3);
  const auto life = judged(off, {reading(seconds(-1), off), reading({}, off, hours(-1)),
                                 reading(seconds(1), off, hours(-1))});
  expect_near(life->whole, hours(1));
}

TEST(JudgedLife, IsNotLengthenedByDatesThatContradictOneAnother) {
  const auto off = minutes(10);  // the wall clock is fast, and leaves 50 minutes
  const ClockReadings agreed{reading(seconds(-1), off), reading({}, off)};
  expect_near(judged(off, agreed)->whole, hours(1));
  ClockReadings contested = agreed;
  contested.push_back(reading(seconds(1), off, hours(-2)));
  EXPECT_EQ(judged(off, contested)->whole, minutes(50));
}

// Of the minute before its refresh: another project's, or before a pause.
TEST(JudgedLife, IsShortenedByEarlierReadingsAndNotLengthened) {
  const auto off = hours(-3);
  const auto life = [&](const ClockEvidence& evidence) {
    return received_life(*judged_life(hour_set(), clocks({}, off), evidence));
  };
  EXPECT_EQ(life({{}, {}}), hours(4));
  expect_near(life({{}, {reading(seconds(-20), off)}}), hours(1));
  EXPECT_EQ(life({{}, {reading(seconds(-20), off, hours(-9))}}), hours(4));
  const auto known = kTruth.time_since_epoch() - kBoot.time_since_epoch();
  expect_near(life({{}, {}, known, true}), hours(1));
}

TEST(JudgedLife, OfASlowReplyErrsToTheShortSide) {
  const auto life = judged(seconds(-8), {reading({}, seconds(-8), {}, seconds(10))});
  EXPECT_LE(received_life(*life), hours(1));
  EXPECT_GE(received_life(*life), hours(1) - seconds(10));
}

TEST(HostsToAsk, AreTheExchangesAndTheTokensEachOnce) {
  AccountConfig account;
  account.token_url = "https://a.example/token";
  EXPECT_EQ(hosts_to_ask(account), std::vector<std::string>{"https://a.example/token"});
  account.projects.emplace_back().exchange_url = "https://b.example/x";
  EXPECT_EQ(hosts_to_ask(account).size(), 2u);
  account.projects[0].exchange_url = "https://a.example/x";
  EXPECT_EQ(hosts_to_ask(account), std::vector<std::string>{"https://a.example/x"});
}

}  // namespace
}  // namespace mdh
