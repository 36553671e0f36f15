// The verbs that set an environment up in which every AWS SDK asks the daemon: env prints it, exec
// becomes the command in it (R45 to R48).
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// print_environment() returns 0, 2 for a profile that the daemon does not know, or 4 when no daemon
// answers.
int print_environment(const Command& command);
// exec_command() returns only when the command could not be started: as print_environment(), else
// 127 (not found) or 126 (not executable). Otherwise this process is the command from then on, so
// that its signals and its exit status are its own.
int exec_command(const Command& command);

}  // namespace mdh
