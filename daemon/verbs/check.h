// `check`: the diagnosis without a daemon. Gathers facts (files, keys, environment, clock, ports,
// with --online one exchange), hands them to common/diagnosis and prints its findings.
#pragma once

#include "daemon/verbs/options.h"

namespace mdh {

// check() returns the exit status: 0 no error, 1 errors found, 78 configuration or key.
int check(const Command& command);

}  // namespace mdh
