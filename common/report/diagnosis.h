// Findings of `check` and their cures: facts in, findings out. Pure.
#pragma once

#include <vector>

#include "common/report/facts.h"
#include "common/report/finding.h"

namespace mdh {

// diagnose() is a line for everything looked at, worst first, each that is not well with a cure.
std::vector<Finding> diagnose(const Facts& facts);

}  // namespace mdh
