// The status page's first lines: the verdict, who is concerned, and what to do. Pure.
#pragma once

#include "common/report/html.h"
#include "common/state/condition.h"
#include "common/state/state.h"

namespace mdh {

// worst() is the worst condition of all profiles; valid where there is none.
Condition worst(const State& state, Now now);
// shown_as() is the sign of the page: worst(), but failing where all are valid and something else
// wants a person: a file that is not written, a configuration that was refused.
Condition shown_as(const State& state, Now now);
// headline() is one sentence that names up to three of the worst.
std::string headline(const State& state, Now now);
// what_now() is the first thing to do, or that there is nothing to do.
Html what_now(const State& state, Now now);
// counts() is "36 valid, 2 failing, 2 without credentials".
std::string counts(const State& state, Now now);
// reload_note() is there where a newer configuration was refused.
Html reload_note(const State& state, Now now);
// skew_notes() are about accounts whose clock and ours are apart.
Html skew_notes(const State& state, Now now);

}  // namespace mdh
