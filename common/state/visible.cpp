#include "common/state/visible.h"

#include <optional>

#include "common/state/condition.h"

namespace mdh {
namespace {

constexpr std::size_t kDropped = SIZE_MAX;

// What was refused may name profiles that are not the reader's to see.
const Error kRefusedForOthers{ErrorClass::config, Stage::config,
                              "a change of the configuration was refused",
                              "whoever runs the daemon is told why by mdh-credentials status"};

// The new place of each account, kDropped for one without a visible profile.
std::vector<std::size_t> keep_accounts(const State& from, const State& part, State& into) {
  std::vector<std::size_t> places(from.accounts.size(), kDropped);
  for (const ProfileState& profile : part.profiles) places[profile.account] = 0;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] == kDropped) continue;
    places[i] = into.accounts.size();
    into.accounts.push_back(from.accounts[i]);
  }
  return places;
}

}  // namespace

VisibleState visible_part(const State& state, const VisibleProfiles& visible, Now now) {
  VisibleState part;
  part.state.started = state.started;
  part.state.stuck = state.stuck;
  part.state.endpoint_faults = state.endpoint_faults;
  part.state.config_read = state.config_read;
  part.state.refused_reload = state.refused_reload;
  for (std::size_t i = 0; i < state.profiles.size(); ++i) {
    const ProfileState& profile = state.profiles[i];
    if (i < visible.size() && visible[i]) {
      part.state.profiles.push_back(profile);
    } else {
      ++part.hidden.count;
      if (servable(profile, now)) ++part.hidden.servable;
      if (in_order(profile, now)) ++part.hidden.in_order;
    }
  }
  if (part.hidden.count > 0 && part.state.refused_reload)
    part.state.refused_reload->error = kRefusedForOthers;
  if (part.hidden.count == 0) part.state.durations = state.durations;
  const auto places = keep_accounts(state, part.state, part.state);
  for (ProfileState& profile : part.state.profiles) profile.account = places[profile.account];
  return part;
}

}  // namespace mdh
