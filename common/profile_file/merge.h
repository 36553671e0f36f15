// Brings an edit that another program made to an older text of a profile file into the text that
// stands there now, section by section and key by key. Pure.
#pragma once

#include <string_view>

#include "common/result.h"
#include "common/secret.h"

namespace mdh {

// with_edit_of() is `now` with what an edit made of `before` when it wrote `after`: the sections,
// keys and comments in sections that it added or changed. Where `now` has changed the same key, it
// keeps its own. What the edit took out stays, since half a text looks like one that was cut down.
// An Error (class storage, stage file) when one of the three could not be parsed.
Result<Secret> with_edit_of(std::string_view now, std::string_view before, std::string_view after);

}  // namespace mdh
