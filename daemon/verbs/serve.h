// `serve`: the daemon in the foreground. Joins engine, worker, sink, endpoint, notifier and
// watcher on one sd-event loop.
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// serve() returns the exit status: 0 after SIGTERM or SIGINT, 1 runtime, 78 configuration or key.
int serve(const Command& command);

}  // namespace mdh
