// What a profile remembers of its attempts: the last day's, for the timeline; counts and durations,
// for the metrics; the last failure, for people. Writes State; decides nothing.
#pragma once

#include "common/state/state.h"

namespace mdh {

// Ending is the end of one attempt.
struct Ending {
  WallTime at{};
  milliseconds lasted{};
};

// note_success() takes the new set in, whose life is the profile's by now; note_failure() keeps the
// old one.
void note_success(State& state, ProfileState& profile, CredentialsPtr credentials, Ending ending);
void note_failure(State& state, ProfileState& profile, const Error& error, Ending ending);

}  // namespace mdh
