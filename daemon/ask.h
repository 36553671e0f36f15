// The verbs that ask a running daemon, or act for a child that will: status, wait, refresh,
// process, env, exec; and rotate-token, which works on the state folder alone.
#pragma once

#include "daemon/options.h"

namespace mdh {

// Each returns its exit status (CONTRACT section 1).
int ask_status(const Command& command);
int ask_wait(const Command& command);
int ask_refresh(const Command& command);
int ask_process(const Command& command);
int ask_env(const Command& command);
int ask_exec(const Command& command);
int ask_rotate_token(const Command& command);

}  // namespace mdh
