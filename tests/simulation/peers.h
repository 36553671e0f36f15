// The published refresh policies of our peers, as their sources and manuals state them, in the same
// weather. Where a source leaves room the kinder reading is taken: every peer keeps a set that is
// still valid when a refresh fails, and wakes from a suspend at once.
#pragma once

#include <vector>

#include "tests/simulation/ledger.h"
#include "tests/simulation/weather.h"

namespace mdh::simulation {

// live_as_peers() runs the month under each policy.
std::vector<Ledger> live_as_peers(const Weather& weather);

}  // namespace mdh::simulation
