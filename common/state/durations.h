// How long refreshes took, in the buckets that /metrics shows. A value.
#pragma once

#include <array>
#include <cstdint>

namespace mdh {

// Seconds from an attempt's start to its end, in Prometheus' cumulative buckets.
struct DurationHistogram {
  static constexpr std::array<double, 8> kBounds{0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  std::array<std::uint64_t, kBounds.size() + 1>
      counts{};  // the last: longer than any bound; not cumulative
  double sum = 0;
};

}  // namespace mdh
