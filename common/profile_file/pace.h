// How fast a file that another program keeps undoing is put right: at once while that is rare, once
// in two seconds in a fight, and never not at all. Pure: times are arguments.
#pragma once

#include <chrono>
#include <deque>

namespace mdh {

class WritePace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  // note_write() is told of each write, and whether another program had made it necessary.
  void note_write(Time now, bool undone);
  // is_fight() tells whether our lines were undone five times within the last minute.
  bool is_fight(Time now);
  // next() is when the next write may be made: `now`, or later in a fight.
  Time next(Time now);

 private:
  std::deque<Time> undone_;
  Time last_{};
};

}  // namespace mdh
