// The verbs that ask the running daemon how it is: status, wait, refresh.
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// Each returns its exit status: 0 all (or the named profile) valid, 3 some not, 4 no daemon
// answers.
int ask_status(const Command& command);
// ask_wait() returns 0 as soon as all is ready; 3 or 4 only at the timeout.
int ask_wait(const Command& command);
// ask_refresh() waits for the outcome, 15 s at most.
int ask_refresh(const Command& command);

}  // namespace mdh
