// The notebook's own environment (RKS_PRIVATE_KEY and its fellows), out of the process environment
// or a .env file, made into a Config of one account and one project. Pure.
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/config/dotenv.h"
#include "common/result.h"

namespace mdh {

// notebook_variables() is every name that config_from_environment() looks at.
const std::vector<std::string>& notebook_variables();

// config_from_environment() takes RKS_PRIVATE_KEY, RKS_SERVICE_ACCOUNT, RKS_PROJECT_CODE or
// RKS_PROJECT_ID, AWS_PROFILE_NAME, MDH_TOKEN_URL and MDH_EXCHANGE_URL; an empty one counts as
// unset. `origin` is what messages call their place: a file's path or "the environment". An Error
// (class config) names the variable and what is allowed.
Result<Config> config_from_environment(const Variables& values, const std::string& origin);

// key_reference_from_variable() tells which spelling of RKS_PRIVATE_KEY `value` is: the PEM (with
// real or literal line breaks, or base64 of it) as KeyReference::text, else file:, credential:,
// env: or a bare path. What cannot be a path is taken as text, so that a mangled key is never shown
// as a file's name.
KeyReference key_reference_from_variable(std::string_view value);

}  // namespace mdh
