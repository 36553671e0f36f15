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

}  // namespace mdh
