#include "daemon/config/config_paths.h"

#include <filesystem>
#include <string_view>
#include <system_error>

#include "common/config/rules.h"
#include "daemon/system/environment.h"

namespace mdh {
namespace {

// A relative path counts from the folder of the file that names it.
void anchor(std::string& path, const std::string& file) {
  if (path.empty() || path.starts_with('/') || path.starts_with('~')) return;
  path = (std::filesystem::path(file).parent_path() / path).string();
}

// A key's bare name that looks like no path is one where such a file is there.
void take_for_a_file(KeyReference& key, const std::string& file) {
  constexpr std::size_t kLongestName = 255;
  const std::string_view name = key.text ? key.text->reveal() : std::string_view();
  if (key.kind != KeyReference::Kind::text || name.size() > kLongestName) return;
  if (!can_name_a_file(name)) return;
  const std::filesystem::path path = std::filesystem::path(file).parent_path() / name;
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed)) return;
  key = {KeyReference::Kind::file, path.string(), {}};
}

Error path_error(std::string message, std::string hint) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

// As botocore finds it; what would be a folder called $HOME is refused.
Result<std::string> aws_path(const char* variable, const char* otherwise) {
  const auto named = environment_variable(variable);
  if (!named) return std::string(otherwise);
  std::string path = python_expanded(*named);
  if (is_path(path)) return path;
  return path_error(std::string(variable) + " must be " + std::string(kPath.words) +
                        "; what of it is set was put in already",
                    std::string("set ") + variable + " to the file's whole path, or unset it");
}

}  // namespace

void anchor_paths(Config& config, const std::string& file) {
  for (AccountConfig& account : config.accounts) {
    KeyReference& key = account.private_key;
    take_for_a_file(key, file);
    if (key.kind != KeyReference::Kind::file) continue;
    anchor(key.name, file);
    key.name = expanded(key.name);
  }
  for (std::string* path :
       {&config.profile_file.path, &config.endpoint.token_file, &config.ca_file}) {
    anchor(*path, file);
  }
}

Done resolve_paths(Config& config) {
  ProfileFileConfig& file = config.profile_file;
  if (!config.ca_file.empty()) config.ca_file = expanded(config.ca_file);
  if (!config.endpoint.token_file.empty()) {
    config.endpoint.token_file = expanded(config.endpoint.token_file);
  }
  if (file.path.empty()) {
    auto path = aws_path("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
    if (!path) return path.error();
    file.path = *path;
  }
  const auto config_path = aws_path("AWS_CONFIG_FILE", "~/.aws/config");
  if (!config_path) return config_path.error();
  const bool homeless =
      home_folder().empty() && (file.path.starts_with("~/") || config_path->starts_with("~/"));
  if (file.enabled && homeless) {
    return path_error(config.origin + ": profile_file needs a home folder, and there is none",
                      "set profile_file.path, or profile_file.enabled to false");
  }
  file.path = expanded(file.path);
  file.config_path = expanded(*config_path);
  return done();
}

}  // namespace mdh
