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

bool in_order(const ProfileState& profile, Now now) {
  const FileCondition file = profile.file.condition;
  return servable(profile, now) != nullptr &&
         (file == FileCondition::written || file == FileCondition::disabled);
}

int rank(const ProfileState& profile, Now now) {
  switch (condition(profile, now)) {
    case Condition::expired:
      return 0;
    case Condition::failing:
      return 1;
    case Condition::starting:
      return 3;
    case Condition::valid:
      break;
  }
  if (in_order(profile, now)) return 5;
  return profile.file.condition == FileCondition::failed ? 2 : 4;
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
