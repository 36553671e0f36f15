// The refresh policy as value to value: when a set is fetched anew, and how long to wait after a
// failure. It knows no project, account or clock: `now` and the jitter (a draw in [0, 1)) are
// arguments, every other time is a length. What the numbers promise is in mdh-credentials(1); why
// they are so in the source, beside each.
#pragma once

#include <optional>

#include "common/error.h"
#include "common/timestamp.h"

namespace mdh {

// RefreshPlan is where one renewable thing stands: a project's set, or an account's access token.
struct RefreshPlan {
  BootTime due{};         // the next attempt
  BootTime not_before{};  // a moment that the server named: no nudge goes before it
  int failures = 0;       // since the last success
  int refusals = 0;       // of these, refused ones
  BootTime missed{};      // when the attempt is due that a request without a set brought forward

  bool operator==(const RefreshPlan&) const = default;
};

// What a wish to refresh now (POST /refresh/{profile}) led to.
struct RefreshAnswer {
  bool accepted = false;
  seconds wait{0};  // when not accepted: how long until it may be asked again
};

inline constexpr std::size_t kMostExchanges = 8;  // of one account at once
inline constexpr seconds kPatience{60};           // a call's own timeouts end it long before

// Life is a set's life by upstream's clock.
struct Life {
  milliseconds whole{};  // T: what it had when it was received
  milliseconds left{};   // until it expires; not negative
};

// Setback is an attempt that failed.
struct Setback {
  Error error;
  BootTime sent{};
  BootTime now{};
  // What is left of the shortest-lived set that waits for this attempt, until it is no longer
  // served; nothing when no such set is left.
  std::optional<milliseconds> left{};
};

// A life under this is too short for the promises made to clients, and a warning in status. It is
// 900 s, the least that STS issues, less what a slow reply takes.
inline constexpr seconds kShortLife{885};

// lead_time() is how much is left of a set of life `whole` when the next one is fetched at the
// latest.
milliseconds lead_time(milliseconds whole);
// refresh_at() is when that is, made earlier by the jitter; perhaps past.
BootTime refresh_at(const Life& life, BootTime now, double jitter);
// after_success() is the plan of a set just received.
RefreshPlan after_success(const Life& life, BootTime now, double jitter);
// after_restart() is the plan of a set that another process received: without a burst when many
// start at once past the lead time.
RefreshPlan after_restart(const Life& life, BootTime now, double jitter);
// after_failure() is the plan after one more failure.
RefreshPlan after_failure(const RefreshPlan& before, const Setback& setback, double jitter);
// brought_forward() makes a plan due at `moment`, but never before a time that the server named.
RefreshPlan brought_forward(const RefreshPlan& before, BootTime moment);

}  // namespace mdh
