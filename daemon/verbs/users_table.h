// `status --users`: who was given what, as the daemon's record tells.
#pragma once

#include "daemon/verbs/endpoint_client.h"

namespace mdh {

// print_users() prints the record, as a table or as the daemon's own document, and is the exit
// status.
int print_users(const EndpointClient& client, bool json);

}  // namespace mdh
