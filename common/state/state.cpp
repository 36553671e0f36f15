#include "common/state/state.h"

#include <algorithm>

namespace mdh {

WallTime upstream_now(const AccountState& account, Now now) {
  if (!account.upstream_since_boot) return now.wall;
  return WallTime(now.boot.time_since_epoch() + *account.upstream_since_boot);
}

std::optional<milliseconds> skew(const AccountState& account, Now now) {
  if (!account.upstream_since_boot) return std::nullopt;
  return upstream_now(account, now) - now.wall;
}

CredentialsPtr servable(const State& state, const ProfileState& profile, Now now) {
  if (!profile.credentials) return nullptr;
  const WallTime time = upstream_now(state.accounts[profile.account], now);
  return profile.credentials->expiration - time >= kLeastServed ? profile.credentials : nullptr;
}

BootTime next_lapse(const State& state, Now now) {
  BootTime first = BootTime::max();
  for (const ProfileState& profile : state.profiles) {
    const CredentialsPtr set = servable(state, profile, now);
    if (!set) continue;
    const WallTime time = upstream_now(state.accounts[profile.account], now);
    const milliseconds left = set->expiration - kLeastServed - time;
    first = std::min(first, now.boot + left + milliseconds(1));
  }
  return first;
}

const ProfileState* find_profile(const State& state, std::string_view profile) {
  const auto found = std::find_if(state.profiles.begin(), state.profiles.end(),
                                  [&](const ProfileState& one) { return one.name == profile; });
  return found == state.profiles.end() ? nullptr : &*found;
}

milliseconds life_left(const State& state, const ProfileState& profile, Now now) {
  if (!profile.credentials) return milliseconds::zero();
  return profile.credentials->expiration - upstream_now(state.accounts[profile.account], now);
}

}  // namespace mdh
