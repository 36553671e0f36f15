// The promises of the refresh engine, looked at after every step.
#include <algorithm>
#include <chrono>

#include "tests/simulation/machine.h"
#include "tests/simulation/translation.h"

namespace mdh::simulation {
namespace {

constexpr seconds kMinute{60};
// Two round trips in fair weather, three rounds of eight exchanges, and the model's own grain.
constexpr seconds kCallTime{3};
constexpr seconds kLongestLead{1800};
constexpr seconds kClockError{2};

// How long after the weather cleared a failure of that kind may last.
Time allowance(const std::optional<Failure>& failure) {
  if (!failure) return kMinute + kCallTime;
  const Error& error = failure->error;
  if (error.retry_after) return *error.retry_after + *error.retry_after / 10 + kMinute + kCallTime;
  return kCallTime + (error.error_class == ErrorClass::refused ? Time(minutes(15)) : Time(kMinute));
}

Time lead(int project) {
  return std::min<Time>(life(project) * 3 / 4, kLongestLead);
}

}  // namespace

Time Machine::true_left(std::size_t index) const {
  const ProfileState& profile = engine_.state().profiles[index];
  return profile.credentials ? profile.credentials->expiration - (kStart + time_) : Time(0);
}

void Machine::fail(const std::string& promise, std::size_t index) {
  if (!broken_.empty()) return;
  const auto minute = std::chrono::floor<minutes>(time_);
  broken_ = promise + ": " + engine_.state().profiles[index].name + " at " +
            std::to_string(time_.count()) + " ms (day " + std::to_string(minute / hours(24)) +
            ", minute " + std::to_string(minute.count() % (24 * 60)) + ")";
}

void Machine::check_step() {
  const State& state = engine_.state();
  const Now clocks = now();
  for (std::size_t i = 0; i < state.profiles.size(); ++i) {
    const bool served = servable(state.profiles[i], clocks) != nullptr;
    if (served && true_left(i) <= Time(0)) fail("an expired set is served", i);
    // What the wall clock or upstream's Dates told of as lost is not served, though it may be
    // there.
    const SetLife& life = state.profiles[i].life;
    const Time untold = true_left(i) - life.wall_lost - life.dated_lost - life.whole / 1000;
    if (!served && untold > kLeastServed + kClockError) fail("503 though a set is valid", i);
  }
  if (state.stuck) fail("the engine says that it is stuck", 0);
}

void Machine::check_flight(const UpstreamCall& call) {
  if (call.kind != UpstreamCall::Kind::exchange) return;
  const auto account = static_cast<std::size_t>(call.account->name[1] - '0');
  if (++flights_[account] > 8) fail("more than eight exchanges at once", 0);
  const auto& name = call.account->projects[call.project].profile;
  const auto* state = find_profile(engine_.state(), name);
  const auto index = static_cast<std::size_t>(state - engine_.state().profiles.data());
  if (std::exchange(profiles_[index].away, true)) fail("two flights of one project", index);
}

void Machine::check_recovery(std::size_t index) {
  const ProfileState& profile = engine_.state().profiles[index];
  const int project = profiles_[index].project;
  const bool late = true_left(index) < lead(project) - kMinute;
  std::optional<Time>& since = profiles_[index].amiss_since;
  if (!profile.last_failure && !late) return since.reset();
  if (!since) since = time_;  // a stepped clock costs a refusal in the fairest weather
  const auto fair = weather_.fair_since(time_, place(project));
  if (!fair) return;
  const Time lasted = time_ - std::max(*fair, *since);
  // It may wait for a token that another project of its account was refused, or told to wait for.
  Time allowed = allowance(profile.last_failure);
  for (const ProfileState& other : engine_.state().profiles) {
    if (other.account != profile.account) continue;
    allowed = std::max(allowed, allowance(other.last_failure));
  }
  if (lasted > allowed) {
    fail(profile.last_failure ? "not recovered after the weather cleared" : "starved", index);
  }
  const bool ours = profile.last_failure && allowed <= kMinute + kCallTime;
  if (ours) slowest_recovery_ = std::max(slowest_recovery_, lasted);
}

void Machine::probe() {
  const Now clocks = now();
  const bool full = weather_.find(Kind::disk_full, time_, {}) != nullptr;
  for (std::size_t i = 0; i < profiles_.size(); ++i) {
    const bool served = servable(engine_.state().profiles[i], clocks) != nullptr;
    ledger_.count(profiles_[i].project, served ? true_left(i) : Time(0));
    check_recovery(i);
    const auto& set = engine_.state().profiles[i].credentials;
    if (!full && set && profiles_[i].on_disk != set->expiration) fail("the file is stale", i);
  }
  next_probe_ = time_ + kProbe;
}

}  // namespace mdh::simulation
