// The verbs that ask the running daemon how it is: status, wait, refresh.
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// Each returns its exit status: 0 all (or the named profile) valid and, where a file is asked for,
// written; 3 some not, 4 no daemon answers.
int print_status(const Command& command);
// wait_until_ready() returns 0 as soon as all is ready, 3 where a file cannot be written; 3 or 4 at
// the timeout.
int wait_until_ready(const Command& command);
// refresh_now() waits for the outcome, 15 s at most; 3 also where an attempt failed.
int refresh_now(const Command& command);

}  // namespace mdh
