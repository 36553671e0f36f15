// What a month was like for the users of one client: counted every ten seconds of the machine's
// waking hours, over all fifty profiles.
#pragma once

#include <cstdint>
#include <string>

#include "tests/simulation/weather.h"

namespace mdh::simulation {

inline constexpr seconds kProbe{10};

struct Ledger {
  std::string client;
  std::int64_t without = 0;       // profile-seconds without valid credentials
  std::int64_t under_window = 0;  // with less than boto3's 900 s left, of sets that can have more
  std::uint64_t calls = 0;

  // count() takes one probe of one profile: what its set has left, zero or less without one.
  void count(int project, Time left) {
    if (left <= Time(0)) without += kProbe.count();
    if (life(project) > seconds(900) && left < seconds(900)) under_window += kProbe.count();
  }
};

// asleep() tells whether the machine sleeps then; awake_from() is when it wakes.
inline bool asleep(const Weather& weather, Time time) {
  return weather.find(Kind::suspend, time, {}) != nullptr;
}

}  // namespace mdh::simulation
