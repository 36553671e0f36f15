// `setup --remove`: everything that setup made is taken away again, and what was there before is
// there as it was.
#pragma once

#include "daemon/verbs/command.h"

namespace mdh {

// take_back() returns the exit status, as set_up() does.
int take_back(const Command& command);

}  // namespace mdh
