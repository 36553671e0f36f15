#include "common/refresh/policy.h"

#include <algorithm>

namespace mdh {
namespace {

// Success. An hour's set is replaced with 30 minutes left: twice boto3's advisory window of 15
// minutes, in which it would ask us for every request it signs. A 900 s set with 675 s left:
// boto3's IMDS form may hold keys for 600 s without looking. The jitter spreads daemons that were
// switched on together; it is never below 2 % of the life, so that two slow round trips (token and
// exchange, 10 s each at most) still end before the lead time is reached.
constexpr seconds kLongestLead{1800};
constexpr double kLeadShare = 0.75;
constexpr double kLeastJitter = 0.02;
constexpr double kMostJitter = 0.05;
constexpr seconds kLeastWait{10};  // an upstream that issues lives of seconds is not hammered

// Failure: the longest wait doubles from `first` to `longest`, and the wait is drawn from all of it
// (full jitter), so that ten thousand daemons do not return as one when an outage ends.
struct Backoff {
  seconds first;
  seconds longest;
};
constexpr Backoff backoff_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::unreachable:
      return {seconds(1), seconds(60)};
    case ErrorClass::throttled:  // without a time named by the server
    case ErrorClass::malformed:  // a maintenance page, a proxy's sign-in: goes away by itself
    case ErrorClass::config:     // the key: nothing is sent, a look at the disk costs nothing
    case ErrorClass::storage:
      return {seconds(10), seconds(60)};
    case ErrorClass::refused:  // the first is retried at once, then a person must act
      return {seconds(120), seconds(900)};
  }
  return {seconds(10), seconds(60)};
}
constexpr seconds kRefusedLeast{60};
constexpr seconds kQuickRetry{1};
constexpr seconds kLongestNamed{3600};  // what a server may ask of us at most

// While a set still lives, an attempt comes at each quarter of what is left, whatever the class: at
// least three before it is gone. Once those were made there is no need to be that dense at the end.
constexpr int kAttemptsPromised = 3;
constexpr seconds kDenseAtFirst{1};
constexpr seconds kDenseLater{30};

milliseconds times(milliseconds length, double factor) {
  return milliseconds(static_cast<milliseconds::rep>(static_cast<double>(length.count()) * factor));
}

milliseconds doubled(const Backoff& backoff, int before) {
  return std::min<milliseconds>(backoff.longest, backoff.first * (1 << std::clamp(before, 0, 12)));
}

// A backoff of at most a minute counts from the attempt's start: after an outage the next attempt
// comes within a minute even when the last request of it hung until its timeout.
milliseconds drawn_wait(const RefreshPlan& before, const Setback& setback, double jitter) {
  const Backoff backoff = backoff_of(setback.error.error_class);
  if (setback.error.error_class == ErrorClass::refused) {
    if (before.refusals == 0) return times(kQuickRetry, jitter);
    const milliseconds longest = doubled(backoff, before.refusals - 1);
    return kRefusedLeast + times(longest - kRefusedLeast, jitter);
  }
  const milliseconds rest = backoff.longest - (setback.now - setback.sent);
  const milliseconds longest = std::min(doubled(backoff, before.failures), rest);
  return times(std::max<milliseconds>(longest, seconds(1)), jitter);
}

milliseconds bounded_by_life(milliseconds wait, const Setback& setback, int failures) {
  if (!setback.left || *setback.left <= milliseconds(0)) return wait;
  const milliseconds least = failures <= kAttemptsPromised ? kDenseAtFirst : kDenseLater;
  return std::min(wait, std::max(*setback.left / (kAttemptsPromised + 1), least));
}

}  // namespace

milliseconds lead_time(milliseconds whole) {
  return std::min<milliseconds>(times(whole, kLeadShare), kLongestLead);
}

BootTime refresh_at(const Life& life, BootTime now, double jitter) {
  const double early = kLeastJitter + (kMostJitter - kLeastJitter) * jitter;
  return now + life.left - lead_time(life.whole) - times(life.whole, early);
}

RefreshPlan after_success(const Life& life, BootTime now, double jitter) {
  return {.due = std::max(refresh_at(life, now, jitter), now + kLeastWait)};
}

RefreshPlan after_restart(const Life& life, BootTime now, double jitter) {
  return {.due = std::max(refresh_at(life, now, jitter), now + times(kLeastWait, jitter))};
}

RefreshPlan after_failure(const RefreshPlan& before, const Setback& setback, double jitter) {
  const Error& error = setback.error;
  RefreshPlan after = before;
  after.failures += 1;
  if (error.error_class == ErrorClass::refused) after.refusals += 1;
  const milliseconds wait =
      bounded_by_life(drawn_wait(before, setback, jitter), setback, after.failures);
  after.due = setback.now + std::max<milliseconds>(wait, milliseconds(100));
  if (!error.retry_after) return after;
  // Named by the server: never sooner, and a little later in the herd's interest.
  const milliseconds named =
      std::clamp<milliseconds>(*error.retry_after, seconds(0), kLongestNamed);
  after.not_before = setback.now + named;
  const milliseconds spread = std::min<milliseconds>(times(named, 1.1), kLongestNamed);
  after.due = std::max(after.due, after.not_before + times(spread - named, jitter));
  return after;
}

RefreshPlan brought_forward(const RefreshPlan& before, BootTime moment) {
  RefreshPlan after = before;
  after.due = std::max(moment, before.not_before);
  return after;
}

}  // namespace mdh
