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
// RKS_PROJECT_ID, AWS_PROFILE_NAME, MDH_TOKEN_URL and MDH_EXCHANGE_URL out of the environment; an
// empty one counts as unset. An Error (class config) names the variable and what is allowed.
Result<Config> config_from_environment(const Variables& values);

// config_from_dotenv() takes the same out of a .env file, and what that does not name out of the
// environment; a file that names the project by one of its two names silences the other one there.
// An Error names file and line, or the environment, whichever the value is from. The Config warns
// of lines that were skipped and of what was silenced.
Result<Config> config_from_dotenv(Dotenv file, const std::string& path, Variables environment);

// key_reference_from_variable() tells which spelling of RKS_PRIVATE_KEY `value` is: the PEM (with
// real or literal line breaks, or base64 of it) as KeyReference::text, else file:, credential:,
// env: or a bare path. What does not look like a path is taken as text, so that a mangled key is
// never shown as a file's name.
KeyReference key_reference_from_variable(std::string_view value);

}  // namespace mdh
