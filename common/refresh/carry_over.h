// How a schedule comes about: from a configuration, from its predecessor under another
// configuration, from what another process left. A set follows its project's identity, never a name
// alone. Values in, values out.
#pragma once

#include "common/config/config.h"
#include "common/refresh/schedule.h"
#include "common/state/snapshot.h"

namespace mdh {

// new_schedule() has every profile due at once.
Schedule new_schedule(const Config& config, std::uint64_t jitter_seed, Now now);
// carry_over() is the schedule of `config`: a project whose identity did not change keeps set,
// plan, history and flight; an account keeps its token unless its key changed.
Schedule carry_over(Schedule before, const Config& config, Now now);
// adopt() takes over the sets of a snapshot that belong here and can be served; returns how many.
std::size_t adopt(Schedule& schedule, const Snapshot& snapshot, Now now);

}  // namespace mdh
