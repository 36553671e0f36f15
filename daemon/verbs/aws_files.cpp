#include "daemon/verbs/aws_files.h"

#include <filesystem>

#include "common/profile_file/section.h"
#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"

namespace mdh {
namespace {

std::string from_variable_or_home(const char* variable, const char* path) {
  return expanded(environment_variable(variable).value_or(path));
}

// Files of 20 MiB exist; what is larger is no credentials file.
constexpr std::size_t kLargest = std::size_t{32} * 1024 * 1024;

Result<SectionKeys> look(const std::string& path, const std::string& profile,
                         ProfileFileKind kind) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return SectionKeys{};
  const Result<Secret> text = read_secret(path, kLargest);
  if (!text) return text.error();
  Result<SectionKeys> keys = section_keys(text->reveal(), profile, kind);
  if (keys) return keys;
  Error error = keys.error();
  error.message = path + ": " + error.message;
  return error;
}

}  // namespace

std::string aws_credentials_path() {
  return from_variable_or_home("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials");
}

std::string aws_config_path() {
  return from_variable_or_home("AWS_CONFIG_FILE", "~/.aws/config");
}

Result<AwsSection> aws_section(const std::string& credentials, const std::string& config,
                               const std::string& profile) {
  const auto first = look(credentials, profile, ProfileFileKind::credentials);
  if (!first) return first.error();
  const auto second = look(config, profile, ProfileFileKind::config);
  if (!second) return second.error();
  AwsSection found;
  found.managed = first->managed;
  if (first->static_keys) found.static_keys_in = credentials;
  if (second->static_keys && found.static_keys_in.empty()) found.static_keys_in = config;
  if (first->credential_process) found.credential_process_in = credentials;
  if (second->credential_process && found.credential_process_in.empty()) {
    found.credential_process_in = config;
  }
  return found;
}

}  // namespace mdh
