#include "common/state/state.h"

#include <algorithm>

namespace mdh {

std::optional<milliseconds> skew(const AccountState& account, Now now) {
  if (!account.upstream_since_boot) return std::nullopt;
  return now.boot.time_since_epoch() + *account.upstream_since_boot - now.wall.time_since_epoch();
}

CredentialsPtr servable(const ProfileState& profile, Now now) {
  return profile.credentials && still_served(profile.life, now) ? profile.credentials : nullptr;
}

BootTime next_lapse(const State& state, Now now) {
  BootTime first = BootTime::max();
  for (const ProfileState& profile : state.profiles) {
    if (!servable(profile, now)) continue;
    first = std::min(first, now.boot + served_for(profile.life, now) + milliseconds(1));
  }
  return first;
}

const ProfileState* find_profile(const State& state, std::string_view profile) {
  const auto found = std::find_if(state.profiles.begin(), state.profiles.end(),
                                  [&](const ProfileState& one) { return one.name == profile; });
  return found == state.profiles.end() ? nullptr : &*found;
}

}  // namespace mdh
