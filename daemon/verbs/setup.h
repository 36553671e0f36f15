// `setup`: from the notebook's .env, or from questions, to a running service; and back.
#pragma once

#include "daemon/verbs/command.h"

namespace mdh {

// set_up() returns the exit status: 0 done (or nothing to do, or shown by --dry-run), 1 a step
// failed or was declined, 2 nobody there to agree, 78 an answer, key or configuration is no good.
int set_up(const Command& command);

}  // namespace mdh
