// GET /metrics in Prometheus' text format 0.0.4, by prometheus-cpp's serializer, from State and the
// endpoint's counters. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "common/state/visible.h"

namespace mdh {

// Counted by the endpoint since the start.
struct HttpCounters {
  // {route pattern, status}; the route is a pattern such as "/credentials/{profile}", never a path
  // as sent.
  std::map<std::pair<std::string, int>, std::uint64_t> requests;
  std::map<std::string, std::uint64_t> denied;  // the guard's reason
  std::map<std::string, std::uint64_t> served;  // the profile whose credentials were given
};

// The usual process_* figures, and how long the loop kept others waiting; read by the caller.
struct ProcessFigures {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double virtual_bytes = 0;
  double open_fds = 0;
  double max_fds = 0;
  double start_time_seconds = 0;  // since the epoch
  milliseconds longest_turn{};
};

// MetricsFigures is what the daemon counts and measures itself.
struct MetricsFigures {
  HttpCounters counters;
  ProcessFigures process;
};

// metrics_text() is what one reader may see: series of the visible profiles, a count of the others.
std::string metrics_text(const VisibleState& shown, const MetricsFigures& figures, Now now);

}  // namespace mdh
