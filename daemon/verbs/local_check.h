// What `check` finds out without asking the network: keys, environment, AWS files, ports. Reads
// only.
#pragma once

#include "common/config/config.h"
#include "common/report/facts.h"
#include "common/report/status_view.h"
#include "daemon/config/load_config.h"

namespace mdh {

// add_local_facts() is what a running daemon knows better: keys, folders, profile file, addresses
// (which may be those of a `daemon` by another configuration).
void add_local_facts(const Config& config, const SourceOptions& source, const StatusView* daemon,
                     Facts& facts);
// add_common_facts() is what it cannot know: this environment, and who outranks it in the AWS
// files.
void add_common_facts(const Config& config, Facts& facts);
// environment_fact() needs no configuration.
EnvironmentFact environment_fact();

}  // namespace mdh
