// `check --user NAME`: what that user would get from a daemon of this configuration, and why.
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/report/finding.h"

namespace mdh {

// check_user() is a line for each profile; an error where there is no such user. Asks the name
// service.
std::vector<Finding> check_user(const Config& config, const std::string& name);

}  // namespace mdh
