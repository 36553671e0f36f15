// The verbs that ask the running daemon how it is: status, wait, refresh.
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// Each returns its exit status: 0 all (or the named profile) valid, 3 some not, 4 no daemon
// answers.
int print_status(const Command& command);
// wait_until_ready() returns 0 as soon as all is ready; 3 or 4 only at the timeout.
int wait_until_ready(const Command& command);
// refresh_now() waits for the outcome, 15 s at most.
int refresh_now(const Command& command);

}  // namespace mdh
