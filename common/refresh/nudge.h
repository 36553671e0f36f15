// Reasons to ask upstream sooner than the plan says: a stepped clock, a resume, a network that
// came up, a key that was replaced, a person's wish, a client that got nothing. None goes before a
// time that upstream named, and none makes a storm.
#pragma once

#include <string_view>

#include "common/refresh/schedule.h"

namespace mdh {

// NudgeBudget bounds how often events from outside may shorten a backoff: a few at once, then one
// in a while, the rest together as soon as that is over. A flapping network thus costs no storm.
struct NudgeBudget {
  int allowance = 5;
  BootTime refilled{};
  std::optional<BootTime> postponed;  // an event that waits for its turn
  bool renewal = false;               // and what it asks for
};

// What an event asks for: another try of what failed, or a new set for every profile as well.
enum class Nudge { retry, renew };

// nudge_all() brings forward what the event asks for; false when it was postponed.
bool nudge_all(Schedule& schedule, NudgeBudget& budget, Nudge what, Now now);
// follow_clock() is for a clock that turned out to be elsewhere: a set that is nearer to its end
// than the schedule knew is fetched in time, or soon.
void follow_clock(const Schedule& schedule, AccountSchedule& account, Now now);
// renew_key() is Engine::account_changed().
void renew_key(const Schedule& schedule, AccountSchedule& account, Now now);
// follow_miss() is Engine::missed().
bool follow_miss(Schedule& schedule, std::string_view profile, Now now);
// refresh_on_demand() is Engine::refresh().
RefreshAnswer refresh_on_demand(Schedule& schedule, std::string_view profile, BootTime now);

}  // namespace mdh
