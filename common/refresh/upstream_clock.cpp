#include "common/refresh/upstream_clock.h"

#include <chrono>

namespace mdh {
namespace {

constexpr milliseconds kHalfOfDate{500};  // a Date header's fraction is cut off
constexpr seconds kNear{5};
constexpr seconds kSlow{2};
constexpr seconds kTooSlow{20};
// Boot time never steps, so upstream's offset to it should not either.
constexpr int kBelieved = 3;
constexpr seconds kBelievedAfter{600};
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

SkewEstimate after_stray(SkewEstimate estimate, milliseconds found, BootTime at) {
  estimate.strays = estimate.stray && near(*estimate.stray, found) ? estimate.strays + 1 : 1;
  estimate.stray = found;
  if (estimate.strays == 1) estimate.stray_since = at;
  const bool long_enough = at - estimate.stray_since >= kBelievedAfter;
  if (estimate.strays < kBelieved || !long_enough) return estimate;
  return {found, std::nullopt, 0, {}};
}

}  // namespace

SkewEstimate after_reading(const SkewEstimate& before, const ClockReading& reading) {
  const milliseconds trip = reading.received - reading.sent;
  if (trip < milliseconds(0) || trip > kTooSlow) return before;
  const milliseconds found = offset(reading);
  if (!before.upstream_since_boot) return {found, std::nullopt, 0, {}};
  if (trip > kSlow) return before;
  const milliseconds held = *before.upstream_since_boot;
  if (!near(held, found)) return after_stray(before, found, reading.received);
  return {held + (found - held) / kWeight, std::nullopt, 0, {}};
}

}  // namespace mdh
