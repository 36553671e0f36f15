// Until when an answer is waited for: a moment, or the end of whoever waits.
#pragma once

#include "common/timestamp.h"
#include "daemon/system/clock.h"

namespace mdh {

struct Deadline {
  BootTime at{};
  int cancelled_fd = -1;  // readable: nobody waits any more; -1: there is no such wish
};

// kSigningTime is what a signature may take: enough for a slow card, too short for a person.
inline constexpr seconds kSigningTime{10};

// signing_deadline() is kSigningTime from now.
inline Deadline signing_deadline(int cancelled_fd = -1) {
  return {read_clocks().boot + kSigningTime, cancelled_fd};
}

}  // namespace mdh
