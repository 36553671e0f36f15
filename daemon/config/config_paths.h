// The paths in a configuration made whole: where relative ones count from, and what is taken where
// none is given. Asks the environment and whether files are there; opens none.
#pragma once

#include <string>

#include "common/config/config.h"
#include "common/result.h"

namespace mdh {

// anchor_paths() makes the paths that `file` names absolute: relative ones count from its folder.
void anchor_paths(Config& config, const std::string& file);
// resolve_paths() fills in the profile file's paths, as botocore finds them where the configuration
// names none; an Error (class config) names the variable that cannot be one.
Done resolve_paths(Config& config);

}  // namespace mdh
