// `check --online`: one token request per account and one exchange per project, by the same steps
// as a refresh, with nothing written. Blocks.
#pragma once

#include <functional>
#include <string>

#include "common/config/config.h"
#include "common/report/diagnosis.h"

namespace mdh {

// add_online_facts() asks for every account whose key is usable; `progress` is told what is being
// asked.
void add_online_facts(const Config& config, const std::function<void(const std::string&)>& progress,
                      Facts& facts);

}  // namespace mdh
