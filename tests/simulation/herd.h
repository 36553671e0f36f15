// Ten thousand daemons at once: how many requests a second they send to upstream, with the real
// engine in each, and with a policy that is the same without jitter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simulation/weather.h"

namespace mdh::simulation {

struct Herd {
  int size = 10'000;
  Time switched_on_within = minutes(1);
  Time lasts = hours(2);
  Time outage_from{};  // no request is answered from here
  Time outage_until{};
};

// requests_a_second() is what upstream sees, second by second; real engines, or plain ones.
std::vector<int> requests_a_second(const Herd& herd, bool jitter);

// Wave is what came between two moments: from the first second with a request to the last.
struct Wave {
  Time from{};
  Time until{};
  int peak = 0;
  double mean = 0;  // over the wave's own seconds
};
Wave wave(const std::vector<int>& requests, Time from, Time until);

}  // namespace mdh::simulation
