// Upstream's clock as measured from the Date header of its replies (RFC 9110 section 6.6.1): one
// offset to boot time, which no step of the local wall clock moves. Values in, values out.
#pragma once

#include <optional>

#include "common/timestamp.h"

namespace mdh {

// ClockReading is one reply's word on the time.
struct ClockReading {
  BootTime sent{};
  BootTime received{};
  WallTime date{};  // whole seconds, floored
};

struct SkewEstimate {
  std::optional<milliseconds> upstream_since_boot;  // upstream's time less boot time
  std::optional<milliseconds> stray;  // the last reading, when it was far from the estimate
  int strays = 0;                     // such readings in a row that agree with each other
  BootTime stray_since{};             // the first of them
};

// after_reading() is the estimate smoothed by one more reading. A lone stray one (a proxy's error
// page) moves nothing, nor does a server whose clock is wrong for some minutes: three in a row that
// agree over ten minutes are believed. A slow reply says too little.
SkewEstimate after_reading(const SkewEstimate& before, const ClockReading& reading);

}  // namespace mdh
