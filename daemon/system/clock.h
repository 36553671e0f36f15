// Reads both clocks; the loop does so once a turn. Thread-safe.
#pragma once

#include "common/timestamp.h"

namespace mdh {

Now read_clocks();

}  // namespace mdh
