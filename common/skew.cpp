#include "common/skew.h"

#include <chrono>

namespace mdh {
namespace {

constexpr milliseconds kHalfOfDate{500};  // a Date header's fraction is cut off
constexpr seconds kNear{5};
constexpr seconds kSlow{2};
constexpr seconds kTooSlow{20};
constexpr int kBelieved = 3;
constexpr int kWeight = 4;  // a near reading moves the estimate by a quarter of the difference

// The reply was written somewhere between sending and receiving: the midpoint errs by half the
// round trip at most.
milliseconds offset(const ClockReading& reading) {
  const BootTime middle = reading.sent + (reading.received - reading.sent) / 2;
  return reading.date.time_since_epoch() + kHalfOfDate - middle.time_since_epoch();
}

bool near(milliseconds left, milliseconds right) {
  return std::chrono::abs(left - right) <= kNear;
}

SkewEstimate after_stray(SkewEstimate estimate, milliseconds found) {
  estimate.strays = estimate.stray && near(*estimate.stray, found) ? estimate.strays + 1 : 1;
  estimate.stray = found;
  if (estimate.strays < kBelieved) return estimate;
  return {.upstream_since_boot = found, .stray = std::nullopt, .strays = 0};
}

}  // namespace

SkewEstimate after_reading(const SkewEstimate& before, const ClockReading& reading) {
  const milliseconds trip = reading.received - reading.sent;
  if (trip < milliseconds(0) || trip > kTooSlow) return before;
  const milliseconds found = offset(reading);
  if (!before.upstream_since_boot) return {found, std::nullopt, 0};
  if (trip > kSlow) return before;
  const milliseconds held = *before.upstream_since_boot;
  if (!near(held, found)) return after_stray(before, found);
  return {held + (found - held) / kWeight, std::nullopt, 0};
}

}  // namespace mdh
