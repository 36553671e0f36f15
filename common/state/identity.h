// Whose an upstream's answers are: two accounts or projects of equal identity are the same to
// upstream, whatever they are called here. Pure.
#pragma once

#include <string>

#include "common/config/config.h"

namespace mdh {

// account_identity() names whose clock it is: service account and token URL.
std::string account_identity(const AccountConfig& account);
// project_identity() names where a set comes from: service account, token URL and audience,
// project code and id, exchange URL. Equal identities give the same project's credentials.
std::string project_identity(const AccountConfig& account, const ProjectConfig& project);

}  // namespace mdh
