// `process`: the running daemon's set in the form that SDKs' credential_process reads.
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// print_process_credentials() prints one JSON document (Version 1) and returns 0; else nothing on
// standard output, one line on standard error, and 1.
int print_process_credentials(const Command& command);

}  // namespace mdh
