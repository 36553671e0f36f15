// `complete`, which the shells' completions ask: one line for each thing that may come next. Not
// for people, and so in no help.
#pragma once

#include "daemon/verbs/command.h"

namespace mdh {

// print_suggestions() puts profiles and accounts where the parser's table could only say that one
// may stand: the daemon's, else the configuration's. The exit status is 0.
int print_suggestions(const Command& command);

}  // namespace mdh
