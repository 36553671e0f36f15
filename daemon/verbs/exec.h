// The verbs that set an environment up in which every AWS SDK asks the daemon: env prints it, exec
// becomes the command in it (CLIENTS.md R45-R48).
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// ask_env() returns 0, 2 for a profile that the daemon does not know, or 4 when no daemon answers.
int ask_env(const Command& command);
// ask_exec() returns only when the command could not be started: as ask_env(), else 127 (not found)
// or 126 (not executable). Otherwise this process is the command from then on, so that its signals
// and its exit status are its own.
int ask_exec(const Command& command);

}  // namespace mdh
