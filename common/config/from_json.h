// The configuration file's text (JSON with comments, mdh-credentials.json(5)) made into a Config.
// Strict: what it does not know or allow is an Error. Reads no file; pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/result.h"

namespace mdh {

// parse_config() is the Config that `text` describes, with every default filled in but those that
// only the daemon knows (paths). An Error (class config) names `file`, the key's path such as
// accounts[0].projects[1].profile and what is allowed; a hint tells a misspelt key's right form.
Result<Config> parse_config(std::string_view text, const std::string& file);

// config_keys() is the path of every key there is, such as accounts[].projects[].profile, sorted.
std::vector<std::string> config_keys();

}  // namespace mdh
