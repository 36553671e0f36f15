// The engine's orders to the outside and how they ended: one call is one request to upstream.
// Plain values; immutable on their way and safe to hand to another thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "common/config/config.h"
#include "common/credentials.h"
#include "common/result.h"
#include "common/timestamp.h"
#include "common/upstream/clock_reading.h"

namespace mdh {

// UpstreamCall is one request to upstream that is due now. Immutable; safe to hand to another
// thread.
struct UpstreamCall {
  // `clock` is a bare request, for the Date of its reply alone.
  enum class Kind { token, exchange, clock };
  std::uint64_t id = 0;  // never reused in a process
  Kind kind = Kind::token;
  std::shared_ptr<const AccountConfig> account;
  std::size_t project = 0;  // exchange: index into account->projects
  AccessTokenPtr token;     // exchange: what to present
  // Upstream's time less boot time where it must be used instead of the wall clock (an assertion
  // whose exp would be past by upstream's clock); nothing: the wall clock will do.
  std::optional<milliseconds> upstream_since_boot;
  std::string url{};  // clock: whose host is asked
};

// What a call brought; a null token for a clock's.
using CallResult = std::variant<AccessTokenPtr, CredentialsPtr>;

struct CallReport {
  std::uint64_t id = 0;
  Now sent{};
  Now received{};
  std::optional<ClockReading> reading;  // the reply's, of whatever status
  Result<CallResult> outcome;
};

}  // namespace mdh
