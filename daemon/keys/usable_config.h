// A configuration whose keys can be used, and what outside of it a key depends on.
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/result.h"
#include "daemon/config/load_config.h"

namespace mdh {

// usable_config() is load_config() with every account's key read and parsed; the first Error else.
// An agent is not asked: it may be locked or not there yet, and is waited for.
Result<Config> usable_config(const SourceOptions& options);
// watched_files() is what a change of the configuration or a key would touch: the configuration's
// own file, and every account's key file or its agent's sockets.
std::vector<std::string> watched_files(const Config& config);
// key_news() is what a change of that path means to the account's key ("… changed", as the log says
// it behind the account's name); empty: nothing.
std::string key_news(const AccountConfig& account, const std::string& path);

}  // namespace mdh
