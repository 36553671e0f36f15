// What `check` finds out without asking the network: keys, environment, AWS files, ports. Reads
// only.
#pragma once

#include "common/config/config.h"
#include "common/report/diagnosis.h"
#include "daemon/verbs/options.h"

namespace mdh {

// add_local_facts() fills in everything but the config's own part and what is learned online.
void add_local_facts(const Config& config, const Command& command, Facts& facts);
// environment_fact() needs no configuration.
EnvironmentFact environment_fact();

}  // namespace mdh
