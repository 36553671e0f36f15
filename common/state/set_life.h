// How long a set of credentials lasts, as one value that everything asks: endpoint, profile file,
// status, page, metrics, fd store. It is fixed when the set is received and only ever shrinks. A
// value; pure; reads no clock.
#pragma once

#include <optional>

#include "common/timestamp.h"

namespace mdh {

// A set with less than this left is not served.
inline constexpr seconds kLeastServed{15};

// A wall clock that moves so far against boot time was set, or the machine was paused.
inline constexpr seconds kClockStep{5};

struct SetLife {
  Now asked{};           // when the request that brought the set left
  milliseconds whole{};  // from then on
  // A shorter one by a Date that nothing bears out and nothing refutes so far.
  std::optional<milliseconds> doubted;
  // What boot time is known not to have counted since: as far as the wall clock was ever seen ahead
  // of it, and by upstream's Dates, where two bear each other out.
  milliseconds wall_lost{};
  milliseconds dated_lost{};
  bool assumed = false;  // no expiration was named that can be believed

  bool operator==(const SetLife&) const;
};

// lasting() is a life of that length from `asked` on.
SetLife lasting(Now asked, milliseconds whole);
// received_life() is what the set had when it was asked for.
milliseconds received_life(const SetLife& life);
// life_left() is how long the set still lasts, by whichever clock went further; negative when past.
milliseconds life_left(const SetLife& life, Now now);
// ends_at() is the same as a time of the local wall clock.
WallTime ends_at(const SetLife& life, Now now);
// still_served() tells whether what is left is enough to hand the set out: kLeastServed, and what
// a clock that was believed may be wrong or drift (500 ppm) meanwhile.
bool still_served(const SetLife& life, Now now);
// served_for() is how long still_served() will hold; zero when it does not.
milliseconds served_for(const SetLife& life, Now now);
// seen() is the life after a look at the clocks: what the wall clock went ahead stays lost, also
// when it is set back.
SetLife seen(SetLife life, Now now);
// paused() is the life after a pause that upstream's Dates tell of; the wall clock may do so too.
SetLife paused(SetLife life, milliseconds length);

}  // namespace mdh
