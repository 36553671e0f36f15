// The verbs that ask a running daemon, or act for a child that will: status, wait, refresh (in
// ask_status), env, exec (in ask_environment), process; and rotate-token, which works on the state
// folder alone.
#pragma once

#include "daemon/verbs/exec.h"
#include "daemon/verbs/status.h"
#include "daemon/verbs/options.h"

namespace mdh {

// ask_process() prints the profile's set as credential_process wants it (CLIENTS.md R41-R43) and
// returns 0; else 1, with one line on stderr and nothing on stdout.
int ask_process(const Command& command);
// ask_rotate_token() returns 0, 1, or 78 for a configuration that does not parse.
int ask_rotate_token(const Command& command);

}  // namespace mdh
