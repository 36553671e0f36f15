// `rotate-token`: a new endpoint token in the state folder, which a running daemon picks up.
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// rotate_endpoint_token() returns 0, 1, or 78 for a configuration that does not parse.
int rotate_endpoint_token(const Command& command);

}  // namespace mdh
