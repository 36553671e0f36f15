#include "daemon/endpoint/request_counts.h"

namespace mdh {

void RequestCounts::denied(std::string_view reason) {
  const auto counter = denials_.find(reason);
  if (counter != denials_.end()) {
    ++counter->second;
  } else {
    denials_.emplace(reason, 1);
  }
}

HttpCounters RequestCounts::counters() const {
  HttpCounters counters;
  for (std::size_t route = 0; route < kRouteCount; ++route) {
    for (const auto& [status, number] : answers_[route])
      counters.requests[{std::string(name(static_cast<Route>(route))), status}] = number;
  }
  counters.denied.insert(denials_.begin(), denials_.end());
  return counters;
}

}  // namespace mdh
