// What the endpoint counts for /metrics. The loop's thread only.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "common/endpoint/route.h"
#include "common/report/metrics.h"

namespace mdh {

class RequestCounts {
 public:
  // answered() counts an answer; denied() a refusal of the guard, by its reason.
  void answered(Route route, int status) { ++answers_[static_cast<std::size_t>(route)][status]; }
  void denied(std::string_view reason);
  // counters() is both as they stand, by the routes' names.
  HttpCounters counters() const;

 private:
  std::array<std::map<int, std::uint64_t>, kRouteCount> answers_;
  std::map<std::string, std::uint64_t, std::less<>> denials_;
};

}  // namespace mdh
