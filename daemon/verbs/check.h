// `check`: the diagnosis. Gathers facts (files, keys, environment, clock, ports, with --online one
// exchange), asks a running daemon of this configuration for what only it can know, hands all to
// common/diagnosis and prints its findings.
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// check() returns the exit status: 0 no error, 1 errors found, 78 configuration or key.
int check(const Command& command);

}  // namespace mdh
