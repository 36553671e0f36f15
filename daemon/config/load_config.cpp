#include "daemon/config/load_config.h"

#include <unistd.h>

#include <filesystem>

#include "common/config/from_json.h"
#include "common/config/from_notebook.h"
#include "common/config/rules.h"
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
  std::string base = environment_variable("XDG_CONFIG_HOME").value_or("");
  if (base.empty() && !home_folder().empty()) base = home_folder() + "/.config";
  if (base.empty()) return std::nullopt;
  return base + "/mdh-credentials/config.json";
}

// A key's relative path counts from the folder of the file that names it.
void anchor_keys(Config& config, const std::string& file) {
  for (AccountConfig& account : config.accounts) {
    KeyReference& key = account.private_key;
    if (key.kind != KeyReference::Kind::file) continue;
    const bool relative = !key.name.starts_with('/') && !key.name.starts_with('~');
    key.name = relative ? (std::filesystem::path(file).parent_path() / key.name).string()
                        : expanded(key.name);
  }
}

// What a path that cannot be read needs, unless its reader knows better.
Error with_cure(Error error, const char* option) {
  if (error.hint.empty()) error.hint = std::string("name a readable file with ") + option;
  return error;
}

Result<Config> from_file(const std::string& file) {
  const auto text = read_text(file);
  if (!text) return with_cure(text.error(), "--config");
  return parse_config(*text, file);
}

void take_environment(Variables& values, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    if (auto value = environment_variable(name.c_str()))
      values.insert_or_assign(name, Secret(*value));
  }
}

Result<Config> from_env_file(const std::string& file) {
  const auto text = read_secret(file);
  if (!text) return with_cure(text.error(), "--env-file");
  Variables environment;
  take_environment(environment, dotenv_references(text->reveal()));
  auto assigned = parse_dotenv(text->reveal(), file, environment);
  if (!assigned) return assigned.error();
  Variables values;
  take_environment(values, notebook_variables());
  for (auto& [name, value] : *assigned) values.insert_or_assign(name, std::move(value));
  return config_from_environment(values, file);
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
  return config_from_environment(values, "the environment");
}

Result<Config> read_config(const SourceOptions& options) {
  if (options.config && options.env_file) {
    return config_error("--config and --env-file exclude each other", "keep one of them");
  }
  if (const auto file = configuration_file(options)) {
    auto config = from_file(*file);
    if (config) anchor_keys(*config, *file);
    return config;
  }
  if (!options.env_file) {
    auto config = from_environment();
    if (config) anchor_keys(*config, expanded(".env"));
    return config;
  }
  const std::string file = expanded(*options.env_file);
  auto config = from_env_file(file);
  if (config) anchor_keys(*config, file);
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

Done apply_options(const SourceOptions& options, Config& config) {
  if (Done applied = apply_listen(options, config); !applied) return applied;
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

Done resolve_paths(Config& config) {
  ProfileFileConfig& file = config.profile_file;
  if (!config.ca_file.empty()) config.ca_file = expanded(config.ca_file);
  if (!config.endpoint.token_file.empty()) {
    config.endpoint.token_file = expanded(config.endpoint.token_file);
  }
  if (file.path.empty()) {
    file.path = environment_variable("AWS_SHARED_CREDENTIALS_FILE").value_or("~/.aws/credentials");
  }
  const std::string config_path = environment_variable("AWS_CONFIG_FILE").value_or("~/.aws/config");
  const bool homeless =
      home_folder().empty() && (file.path.starts_with("~/") || config_path.starts_with("~/"));
  if (file.enabled && homeless) {
    return config_error(config.origin + ": profile_file needs a home folder, and there is none",
                        "set profile_file.path, or profile_file.enabled to false");
  }
  file.path = expanded(file.path);
  file.config_path = expanded(config_path);
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
