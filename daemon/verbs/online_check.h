// `check --online`: one token request per account and one exchange per project, by the same steps
// as a refresh, with nothing written. Blocks.
#pragma once

#include <functional>
#include <string>

#include "common/config/config.h"
#include "common/credentials.h"
#include "common/report/facts.h"

namespace mdh {

struct OnlineCheck {
  std::function<void(const std::string&)> progress;  // told what is being asked
  bool aws = false;                                  // AWS is asked whose the sets are
};

// add_online_facts() asks for every account whose key this process can use.
void add_online_facts(const Config& config, const OnlineCheck& how, Facts& facts);

// add_identity() asks AWS whose the set is.
void add_identity(const Config& config, const ProjectConfig& project, const Credentials& set,
                  Facts& facts);

}  // namespace mdh
