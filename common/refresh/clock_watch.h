// What the clocks do while sets are held: the wall clock is set or the machine pauses, upstream's
// Dates bear one another out or do not. Shortens lives and brings refreshes forward; never
// lengthens anything. Changes the schedule and its State; sends nothing.
#pragma once

#include "common/refresh/nudge.h"
#include "common/refresh/schedule.h"

namespace mdh {

// wall_since_boot() is the wall clock less boot time: it changes when the wall clock is set.
milliseconds wall_since_boot(Now now);
// clock_stepped() is for a wall clock that was elsewhere, by kClockStep or more, and for less: what
// it went forward is lost to every set, and a step forward renews them all.
void clock_stepped(Schedule& schedule, NudgeBudget& budget, milliseconds by, Now now);
// evidence_of() is what the life of a set is judged by, the attempt for which began at `from`.
ClockEvidence evidence_of(const AccountState& state, const AccountSchedule& account, BootTime from);
// take_reading() takes in a reply's Date: where two clocks bear it out it is upstream's time, and a
// pause that no clock has counted is found out; where it is in doubt the hosts are to be asked.
void take_reading(Schedule& schedule, AccountSchedule& account, const ClockReading& reading,
                  Now now);
// settle_doubts() judges the lives of sets just received once more, when those hosts have answered
// or failed to.
void settle_doubts(Schedule& schedule, AccountSchedule& account, Now now);

}  // namespace mdh
