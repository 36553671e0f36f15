// Finds and reads the configuration: the file named by option, variable or place, or the notebook's
// own environment and .env, with the options that override both. Reads files and the environment;
// writes nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/result.h"

namespace mdh {

// What `serve`, `once` and `check` take on the command line; unset: not given.
struct SourceOptions {
  std::optional<std::string> config;
  std::optional<std::string> env_file;
  std::vector<std::string> listen;
  std::optional<std::string> credentials_file;
  bool no_profile_file = false;
  bool replace_keys = false;
  std::optional<std::string> state_dir;
  std::optional<std::string> runtime_dir;
  std::optional<std::string> log_level;
  std::optional<std::string> ca_file;
};

// load_config() is the whole configuration, checked, with the options applied and the profile
// file's path resolved (absolute, never empty); an Error of class config names file, key path and
// what is allowed.
Result<Config> load_config(const SourceOptions& options);

// configuration_file() is the path of the JSON file that load_config() would read, or nothing where
// it would look into the notebook's environment.
std::optional<std::string> configuration_file(const SourceOptions& options);

// usable_config() is load_config() with every account's key read and parsed; the first Error else.
Result<Config> usable_config(const SourceOptions& options);
// watched_files() is what a change of the configuration or a key would touch: the configuration's
// own file and every key's.
std::vector<std::string> watched_files(const Config& config);

}  // namespace mdh
