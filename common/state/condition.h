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
// all_attempted() is true once every profile's first attempt has ended.
bool all_attempted(const State& state);
// all_settled() is READY: every profile has a servable set, or its first attempt has ended.
bool all_settled(const State& state, Now now);

}  // namespace mdh
