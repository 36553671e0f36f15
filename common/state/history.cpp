#include "common/state/history.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace mdh {
namespace {

constexpr std::chrono::hours kRemembered{24};
constexpr std::size_t kMostRemembered = 2000;

void count_duration(DurationHistogram& durations, milliseconds lasted) {
  const double value = std::chrono::duration<double>(lasted).count();
  const auto& bounds = DurationHistogram::kBounds;
  const auto bucket = std::lower_bound(bounds.begin(), bounds.end(), value) - bounds.begin();
  durations.counts[static_cast<std::size_t>(bucket)] += 1;
  durations.sum += value;
}

// A client that asks through an outage brings an attempt each second, which must not push out the
// day before.
bool joins(const std::deque<Attempt>& attempts, const Attempt& attempt) {
  using std::chrono::floor, std::chrono::minutes;
  return !attempts.empty() && attempts.back().failed == attempt.failed &&
         floor<minutes>(attempts.back().at) == floor<minutes>(attempt.at);
}

void note_attempt(State& state, ProfileState& profile, Attempt attempt, milliseconds lasted) {
  profile.attempted = true;
  if (joins(profile.attempts, attempt)) {
    ++profile.attempts.back().times;
  } else {
    profile.attempts.push_back(attempt);
  }
  while (profile.attempts.size() > kMostRemembered ||
         profile.attempts.front().at + kRemembered < attempt.at) {
    profile.attempts.pop_front();
  }
  profile.outcomes[std::string(attempt.failed ? name(*attempt.failed) : "success")] += 1;
  count_duration(state.durations, lasted);
}

}  // namespace

void note_success(State& state, ProfileState& profile, CredentialsPtr credentials, Ending ending) {
  profile.credentials = std::move(credentials);
  profile.refreshed_at = ending.at;
  profile.consecutive_failures = 0;
  profile.last_failure.reset();
  note_attempt(state, profile, {ending.at, std::nullopt}, ending.lasted);
}

void note_failure(State& state, ProfileState& profile, const Error& error, Ending ending) {
  profile.consecutive_failures += 1;
  const WallTime since = profile.last_failure ? profile.last_failure->since : ending.at;
  profile.last_failure = Failure{error, ending.at, since};
  note_attempt(state, profile, {ending.at, error.error_class}, ending.lasted);
}

}  // namespace mdh
