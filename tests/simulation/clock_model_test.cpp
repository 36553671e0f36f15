// Goal: the same as the simulation's, exhaustively over a small world: every order in which a few
// things can befall a machine within an hour and a half, one every quarter of an hour.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/simulation/clock_machine.h"

namespace mdh::simulation {
namespace {

constexpr Time kApart = minutes(15);
constexpr Time kBig = minutes(70);  // more than any of the sets lives
constexpr Time kSmall = minutes(11);

Event step(milliseconds by) {
  return {.at = {}, .fault = Fault::set_forward, .length = {}, .by = by};
}
Event lasting_event(Fault fault, Time length) {
  return {.at = {}, .fault = fault, .length = length, .by = {}};
}

const std::array kHappenings{
    Event{},  // from now on upstream's Dates are right, if they were not
    lasting_event(Fault::paused, kSmall),
    lasting_event(Fault::paused, kBig),
    step(kSmall),
    step(kBig),
    step(-kBig),
    Event{.at = {}, .fault = Fault::set_forward, .length = {}, .by = {}, .set_right = true},
    lasting_event(Fault::outages, minutes(25)),
    lasting_event(Fault::restarts, {}),
    lasting_event(Fault::date_lies_always, {}),
    lasting_event(Fault::date_is_missing, {}),
};

// Sequences of three by default; MDH_CLOCK_DEPTH=5 takes an hour.
int depth() {
  const char* asked = std::getenv("MDH_CLOCK_DEPTH");
  return asked == nullptr ? (kSanitized ? 2 : 3) : std::atoi(asked);
}

Scenario scenario_of(std::size_t number, int length) {
  Scenario scenario{{}, number % 7, kApart * (length + 3)};
  for (int i = 0; i < length; ++i, number /= kHappenings.size()) {
    Event event = kHappenings.at(number % kHappenings.size());
    event.at = kApart * (i + 1);
    scenario.events.push_back(event);
  }
  return scenario;
}

TEST(ClockModel, NoOrderOfThingsHasAnExpiredSetServed) {
  std::size_t count = 1;
  for (int i = 0; i < depth(); ++i) count *= kHappenings.size();
  int broken = 0;
  for (std::size_t number = 0; number < count && broken < 5; ++number) {
    const ClockLedger ledger = ClockMachine(scenario_of(number, depth())).live();
    EXPECT_EQ(ledger.broken, "") << "sequence " << number;
    if (!ledger.broken.empty()) ++broken;
  }
  std::printf("%zu sequences of %d happenings\n", count, depth());
}

// Orders beyond the depth of every day in which an expired set was served once: a pause that began
// while a request was away, with the clock set twice meanwhile; and one that began when no Date had
// come since the restart.
TEST(ClockModel, NoneOfTheOrdersThatDidOnceHasAnExpiredSetServed) {
  const std::pair<std::size_t, int> kOnce[] = {
      {5138, 4}, {5952, 4}, {340, 5}, {6995, 5}, {13650, 5}};
  for (const auto& [number, length] : kOnce) {
    EXPECT_EQ(ClockMachine(scenario_of(number, length)).live().broken, "") << "sequence " << number;
  }
}

}  // namespace
}  // namespace mdh::simulation
