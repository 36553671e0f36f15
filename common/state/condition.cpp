#include "common/state/condition.h"

#include <algorithm>

namespace mdh {

Condition condition(const ProfileState& profile, Now now) {
  const bool valid = servable(profile, now) != nullptr;
  if (valid) return profile.last_failure ? Condition::failing : Condition::valid;
  return profile.attempted || profile.credentials ? Condition::expired : Condition::starting;
}

std::string_view name(Condition condition) {
  switch (condition) {
    case Condition::starting:
      return "starting";
    case Condition::valid:
      return "valid";
    case Condition::failing:
      return "failing";
    case Condition::expired:
      return "expired";
  }
  return "unknown";
}

bool all_settled(const State& state, Now now) {
  return std::all_of(state.profiles.begin(), state.profiles.end(),
                     [&](const auto& one) { return one.attempted || servable(one, now); });
}

bool all_attempted(const State& state) {
  return std::all_of(state.profiles.begin(), state.profiles.end(),
                     [](const ProfileState& profile) { return profile.attempted; });
}

}  // namespace mdh
