// How it is, for programs (GET /status) and in one line for people (STATUS=). From State alone; no
// secret in it.
#pragma once

#include <string>
#include <string_view>

#include "common/state/state.h"

namespace mdh {

// status_json() is CONTRACT section 4's document on one line. A time or number that is not known is
// null; expires_in_seconds is negative once the set has expired.
std::string status_json(const State& state, Now now);
// status_line() is one human sentence: "3 profiles valid, next refresh in 12 min" or what is wrong
// with the first that is not. Changes only when the situation does, or with the minutes.
std::string status_line(const State& state, Now now);
// life_left() is how long the profile's set still lasts by upstream's clock; negative when past;
// zero without one.
milliseconds life_left(const State& state, const ProfileState& profile, Now now);
// all_valid() is readiness: every profile has a servable set.
bool all_valid(const State& state, Now now);
// all_attempted() is true once every profile's first attempt has ended.
bool all_attempted(const State& state);
// all_settled() is READY: every profile has a servable set, or its first attempt has ended.
bool all_settled(const State& state, Now now);
// name() is a file condition's lower-case word in status; never empty.
std::string_view name(FileCondition condition);
// spoken_duration() is a length of time for people, in its two largest units: "42 s", "12 min",
// "3 h 5 min", "2 d 4 h"; below zero as zero.
std::string spoken_duration(seconds length);

}  // namespace mdh
