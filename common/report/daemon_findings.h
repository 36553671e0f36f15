// What the running daemon's own words amount to, as findings of `check`. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/report/facts.h"
#include "common/report/finding.h"

namespace mdh {

// daemon_findings() is for Facts with a daemon.
std::vector<Finding> daemon_findings(const Facts& facts);
// other_daemon_finding() is for a daemon that runs by that configuration instead.
Finding other_daemon_finding(const std::string& config);

}  // namespace mdh
