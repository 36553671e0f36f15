// How a profile, and all of them, stand at one moment: the words of status, readiness and alerts.
// Pure.
#pragma once

#include <string_view>

#include "common/state/state.h"

namespace mdh {

enum class Condition { starting, valid, failing, expired };

// condition() is the profile's word in status; name() spells it.
Condition condition(const ProfileState& profile, Now now);
std::string_view name(Condition condition);
// in_order() is what ready means: the profile is served and, where a file is asked for, written.
bool in_order(const ProfileState& profile, Now now);
// rank() puts the worst first: without credentials (0), failing, not in its file, starting, yet to
// be written, in order (5).
int rank(const ProfileState& profile, Now now);
// all_attempted() is true once every profile's first attempt has ended.
bool all_attempted(const State& state);
// all_settled() is READY: every profile has a servable set, or its first attempt has ended.
bool all_settled(const State& state, Now now);

}  // namespace mdh
