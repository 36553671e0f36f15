#include "common/state/set_life.h"

#include <algorithm>
#include <tuple>

namespace mdh {
namespace {

// A wall clock that agrees with upstream's Date may still be 5 s off, a Date is floored to the
// second, and a clock that is never corrected drifts by up to 500 ppm (one part in 2000). In sets
// of up to three hours kLeastServed covers all of it.
constexpr seconds kMostError{8};
constexpr int kDrift = 2000;

milliseconds since_asked(const SetLife& life, Now now) {
  return now.boot - life.asked.boot;
}

milliseconds wall_ahead(const SetLife& life, Now now) {
  return (now.wall - life.asked.wall) - since_asked(life, now);
}

milliseconds lost_by(const SetLife& life, Now now) {
  return std::max({life.wall_lost, life.dated_lost, wall_ahead(life, now)});
}

milliseconds used_up(const SetLife& life, Now now) {
  return since_asked(life, now) + lost_by(life, now);
}

// How much of its life a set may be handed out.
milliseconds served_life(const SetLife& life) {
  const milliseconds whole = received_life(life);
  return std::min<milliseconds>(whole - kLeastServed, (whole - kMostError) * kDrift / (kDrift + 1));
}

}  // namespace

bool SetLife::operator==(const SetLife& other) const {
  const auto parts = [](const SetLife& one) {
    return std::tuple(one.asked.boot, one.asked.wall, one.whole, one.doubted, one.wall_lost,
                      one.dated_lost, one.assumed);
  };
  return parts(*this) == parts(other);
}

SetLife lasting(Now asked, milliseconds whole) {
  SetLife life;
  life.asked = asked;
  life.whole = whole;
  return life;
}

milliseconds received_life(const SetLife& life) {
  return std::min(life.whole, life.doubted.value_or(life.whole));
}

milliseconds life_left(const SetLife& life, Now now) {
  return received_life(life) - used_up(life, now);
}

WallTime ends_at(const SetLife& life, Now now) {
  // The clocks are read one after the other: the same end is told as long as neither was set.
  const WallTime planned = life.asked.wall + received_life(life);
  const WallTime end = now.wall + life_left(life, now);
  return std::chrono::abs(end - planned) < seconds(1) ? planned : end;
}

bool still_served(const SetLife& life, Now now) {
  return used_up(life, now) <= served_life(life);
}

milliseconds served_for(const SetLife& life, Now now) {
  return std::max(served_life(life) - used_up(life, now), milliseconds(0));
}

SetLife seen(SetLife life, Now now) {
  life.wall_lost = std::max(life.wall_lost, wall_ahead(life, now));
  return life;
}

SetLife paused(SetLife life, milliseconds length) {
  life.dated_lost += length;
  return life;
}

}  // namespace mdh
