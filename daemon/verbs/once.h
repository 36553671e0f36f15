// `once`: one exchange for every project, the profile file written, and out.
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// once() returns the exit status: 0 all, 1 some failed, 78 configuration or key.
int once(const Command& command);

}  // namespace mdh
