#include "common/upstream/clock_reading.h"

#include <chrono>

namespace mdh {
namespace {

constexpr seconds kTooSlow{20};
constexpr WallTime kMade{seconds(1'735'689'600)};  // 2025
// Certificates of public authorities live 398 days at most.
constexpr std::chrono::hours kFarthest{24 * 400};

bool possible(WallTime date, WallTime local) {
  if (date < kMade) return false;
  return local < kMade || std::chrono::abs(date - local) <= kFarthest;
}

}  // namespace

std::optional<ClockReading> clock_reading(const UpstreamReply& reply, const RoundTrip& clocks) {
  const auto date = reply.date();
  const milliseconds trip = clocks.received.boot - clocks.sent.boot;
  if (!date || reply.header("Age") || trip < milliseconds(0) || trip > kTooSlow)
    return std::nullopt;
  if (!possible(*date, clocks.received.wall)) return std::nullopt;
  return ClockReading{clocks.sent, clocks.received, *date};
}

UpstreamRequest bare_request(std::string_view url) {
  const std::size_t host = url.find("://");
  const std::size_t path = url.find_first_of("/?#", host == url.npos ? 0 : host + 3);
  UpstreamRequest request;
  request.method = UpstreamRequest::Method::get;
  request.url = std::string(url.substr(0, path)) + "/";
  return request;
}

}  // namespace mdh
