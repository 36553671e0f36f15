// Reads both clocks, as of one moment; the loop does so once a turn. Thread-safe.
#pragma once

#include "common/timestamp.h"

namespace mdh {

Now read_clocks();
// time_asleep() is how long the machine has been suspended since its boot (CLOCK_BOOTTIME less
// CLOCK_MONOTONIC).
milliseconds time_asleep();

}  // namespace mdh
