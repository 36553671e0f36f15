// What the daemon says that a process of this user needs to get a profile's credentials. Asks the
// daemon; warns on stderr of what the caller should know.
#pragma once

#include "common/report/child_environment.h"
#include "daemon/verbs/command.h"

namespace mdh {

// child_wish() is an Error where no daemon answers (class unreachable or malformed), where it knows
// no such profile (class and stage config) or the caller may not have it (class refused).
Result<ChildWish> child_wish(const Command& command);

}  // namespace mdh
