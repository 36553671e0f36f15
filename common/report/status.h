// How it is, for programs (GET /status) and in one line for people (STATUS=). From State alone; no
// secret in it.
#pragma once

#include <string>
#include <string_view>

#include "common/state/state.h"

namespace mdh {

// status_json() is the document of GET /status, on one line. A time or number that is not known is
// null; expires_in_seconds is negative once the set has expired.
std::string status_json(const State& state, Now now);
// status_line() is one human sentence: "3 profiles valid, next refresh in 12 min" or what is wrong
// with the first that is not. Changes only when the situation does, or with the minutes.
std::string status_line(const State& state, Now now);
// name() is a file condition's lower-case word in status; never empty.
std::string_view name(FileCondition condition);

}  // namespace mdh
