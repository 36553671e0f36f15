#include "daemon/config/load_config.h"

#include <unistd.h>

#include <filesystem>

#include "common/config/dotenv_value.h"
#include "common/config/from_json.h"
#include "common/config/from_notebook.h"
#include "common/config/rules.h"
#include "daemon/config/config_paths.h"
#include "daemon/config/exposure.h"
#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"

namespace mdh {
namespace {

constexpr char kSystemFile[] = "/etc/mdh-credentials/config.json";

Error config_error(std::string message, std::string hint = {}) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::optional<std::string> user_file() {
  std::string base = base_folder("XDG_CONFIG_HOME").value_or("");
  if (base.empty() && !home_folder().empty()) base = home_folder() + "/.config";
  if (base.empty()) return std::nullopt;
  return base + "/mdh-credentials/config.json";
}

// What a path that cannot be read needs, unless its reader knows better.
Error with_cure(Error error, const char* option) {
  if (error.hint.empty()) error.hint = std::string("name a readable file with ") + option;
  return error;
}

// The file says where the key is used: who may write it may have tokens sent to himself.
Result<Config> from_file(const std::string& file) {
  const auto opened = open_regular(file);
  if (!opened) return with_cure(opened.error(), "--config");
  const auto text = read_opened(*opened, file);
  if (!text) return with_cure(text.error(), "--config");
  const Done closed = closed_to_others(*opened, "the configuration " + file, file, kWriteBits);
  if (!closed) return closed.error();
  return parse_config(text->reveal(), file);
}

void take_environment(Variables& values, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (auto value = environment_variable(name.c_str()))
      values.insert_or_assign(name, Secret(*value));
  }
}

bool holds_a_key(const Dotenv& dotenv) {
  const auto key = dotenv.values.find("RKS_PRIVATE_KEY");
  return key != dotenv.values.end() &&
         key_reference_from_variable(key->second.reveal()).kind == KeyReference::Kind::text;
}

Result<Config> from_env_file(const std::string& file) {
  const auto opened = open_pipe_too(file);
  if (!opened) return with_cure(opened.error(), "--env-file");
  const auto text = read_opened(*opened, file);
  if (!text) return with_cure(text.error(), "--env-file");
  Variables referred;
  take_environment(referred, dotenv_references(text->reveal()));
  auto dotenv = parse_dotenv(text->reveal(), file, referred);
  if (!dotenv) return dotenv.error();
  const bool key = holds_a_key(*dotenv);
  Variables environment;
  take_environment(environment, notebook_variables());
  auto config = config_from_dotenv(std::move(*dotenv), file, std::move(environment));
  if (!config) return config;
  const Done closed = closed_to_others(*opened, file + (key ? ", which holds the private key" : ""),
                                       file, key ? kAnyBit : kWriteBits);
  if (!closed) return closed.error();
  return config;
}

Result<Config> from_environment() {
  Variables values;
  take_environment(values, notebook_variables());
  if (values.empty()) {
    return config_error("no configuration: neither --config nor --env-file was given, " +
                            user_file().value_or("the user's config.json") + " and " + kSystemFile +
                            " do not exist, and RKS_PRIVATE_KEY is not set",
                        "mdh-credentials.json(5) has an example; a notebook's .env does as well: "
                        "--env-file .env");
  }
  return config_from_environment(values);
}

Result<Config> read_config(const SourceOptions& options) {
  if (options.config && options.env_file) {
    return config_error("--config and --env-file exclude each other", "keep one of them");
  }
  if (const auto file = configuration_file(options)) {
    auto config = from_file(*file);
    if (config) anchor_paths(*config, *file);
    return config;
  }
  if (!options.env_file) {
    auto config = from_environment();
    if (config) anchor_paths(*config, expanded(".env"));
    return config;
  }
  const std::string file = expanded(*options.env_file);
  auto config = from_env_file(file);
  if (config) anchor_paths(*config, file);
  return config;
}

Done apply_listen(const SourceOptions& options, Config& config) {
  if (options.listen.empty()) return done();
  for (const std::string& address : options.listen) {
    if (is_listen_address(address)) continue;
    return config_error("--listen " + address + " must be " + std::string(kListenAddress.words));
  }
  config.endpoint.listen = options.listen;
  config.endpoint.listen_configured = true;
  return done();
}

Done check_paths(const SourceOptions& options) {
  const std::pair<const char*, const std::optional<std::string>*> kPaths[] = {
      {"--credentials-file", &options.credentials_file},
      {"--state-dir", &options.state_dir},
      {"--runtime-dir", &options.runtime_dir},
      {"--ca-file", &options.ca_file}};
  for (const auto& [option, path] : kPaths) {
    if (*path && !is_path(**path)) {
      return config_error(std::string(option) + " must be " + std::string(kPath.words));
    }
  }
  return done();
}

Done apply_options(const SourceOptions& options, Config& config) {
  if (Done applied = apply_listen(options, config); !applied) return applied;
  if (Done checked = check_paths(options); !checked) return checked;
  if (options.credentials_file) config.profile_file.path = *options.credentials_file;
  if (options.no_profile_file) config.profile_file.enabled = false;
  config.profile_file.replace_keys = options.replace_keys;
  if (options.ca_file) config.ca_file = *options.ca_file;
  if (!options.log_level) return done();
  const auto level = parse_log_level(*options.log_level);
  if (!level) return config_error("--log-level must be " + std::string(kLogLevels));
  config.log_level = *level;
  return done();
}

}  // namespace

std::optional<std::string> configuration_file(const SourceOptions& options) {
  if (options.config) return expanded(*options.config);
  if (options.env_file) return std::nullopt;
  if (const auto named = environment_variable("MDH_CREDENTIALS_CONFIG")) return expanded(*named);
  if (auto user = user_file(); user && exists(*user)) return user;
  if (exists(kSystemFile)) return kSystemFile;
  return std::nullopt;
}

Result<Config> load_config(const SourceOptions& options) {
  auto config = read_config(options);
  if (!config) return config;
  for (const auto& step : {apply_options(options, *config), resolve_paths(*config)}) {
    if (!step) return step.error();
  }
  return config;
}

}  // namespace mdh
