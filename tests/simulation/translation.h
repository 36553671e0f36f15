// What a client makes of an upstream's answer: the pipeline's part, in the words of the engine.
#pragma once

#include "common/refresh/upstream_call.h"
#include "tests/simulation/upstream.h"

namespace mdh::simulation {

inline constexpr WallTime kStart{seconds(1'800'000'000)};
inline constexpr BootTime kBoot{seconds(1000)};

// outcome_of() is the answer as the worker would report it at `now`.
Result<CallResult> outcome_of(const Answer& answer, UpstreamCall::Kind kind, Now now);

}  // namespace mdh::simulation
