// What a reply says of upstream's clock: its Date field (RFC 9110 section 6.6.1) between our own
// two clocks. Pure; thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "common/upstream/http.h"

namespace mdh {

// ClockReading is one reply's word on the time. Every request has a connection of its own.
struct ClockReading {
  Now sent{};
  Now received{};
  WallTime date{};  // whole seconds, floored
};

// clock_reading() is the reply's, of whatever status; nothing where there is no Date, where a cache
// answered (Age, RFC 9111 section 5.1), where it took too long to tell anything, or where the Date
// cannot be right: before this program was made, or so far from the local clock that no certificate
// would have been valid by both (unless the local clock itself is at a time before).
std::optional<ClockReading> clock_reading(const UpstreamReply& reply, const RoundTrip& clocks);
// bare_request() asks the URL's host for nothing but an answer, by GET and without a secret.
UpstreamRequest bare_request(std::string_view url);

}  // namespace mdh
