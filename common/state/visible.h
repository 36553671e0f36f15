// What one caller may see of the state: the profiles that are theirs, and of the others how many
// there are and how they do. Pure.
#pragma once

#include <vector>

#include "common/state/state.h"

namespace mdh {

// By the profile's place in State; every place beyond its end is hidden.
using VisibleProfiles = std::vector<bool>;

// HiddenProfiles is what is told of those that are not shown.
struct HiddenProfiles {
  std::size_t count = 0;
  std::size_t servable = 0;  // of these have credentials that are served
  std::size_t in_order = 0;  // of these are ready: served, and written where a file is asked for

  bool operator==(const HiddenProfiles&) const = default;
};

struct VisibleState {
  State state;  // with the visible profiles, and the accounts that have any, alone
  HiddenProfiles hidden;
};

// visible_part() keeps the order of profiles and accounts. Sums over all (durations) stay out of a
// part.
VisibleState visible_part(const State& state, const VisibleProfiles& visible, Now now);

}  // namespace mdh
