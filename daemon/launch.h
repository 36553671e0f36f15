// What `serve` and `once` do before their own work: a configuration whose keys can sign, or a
// reason why not.
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/result.h"
#include "daemon/config/load_config.h"

namespace mdh {

// usable_config() is the configuration, checked, every account's key read and parsed; the first
// Error otherwise.
Result<Config> usable_config(const SourceOptions& options);
// exit_status() is 78 for what the user's configuration or key must mend (systemd does not restart
// on it), else 1.
int exit_status(const Error& error);
// own_program() is this program's absolute path, for credential_process lines; "mdh-credentials"
// where the system does not tell.
std::string own_program();
// watched_files() is what a change of the configuration or a key would touch: the configuration's
// own file and every key's.
std::vector<std::string> watched_files(const Config& config);
// key_file() is the path an account's key is read from, or empty where it comes from no file.
std::string key_file(const KeySource& source);

}  // namespace mdh
