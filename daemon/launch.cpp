#include "daemon/launch.h"

#include <climits>
#include <unistd.h>

#include "common/upstream/signing_key.h"
#include "daemon/system/environment.h"
#include "daemon/config/read_key.h"

namespace mdh {

Result<Config> usable_config(const SourceOptions& options) {
  Result<Config> config = load_config(options);
  if (!config) return config;
  for (const AccountConfig& account : config->accounts) {
    const Result<Secret> pem = read_key(account.private_key);
    if (!pem) return pem.error();
    const auto key = SigningKey::from_pem(pem->reveal(), account.private_key.name);
    if (!key) return key.error();
  }
  return config;
}

int exit_status(const Error& error) {
  return error.error_class == ErrorClass::config ? 78 : 1;
}

std::string own_program() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : "mdh-credentials";
}

std::string key_file(const KeySource& source) {
  if (source.kind == KeySource::Kind::file) return source.name;
  const auto folder = environment_variable("CREDENTIALS_DIRECTORY");
  if (source.kind != KeySource::Kind::credential || !folder) return {};
  return *folder + "/" + source.name;
}

std::vector<std::string> watched_files(const Config& config) {
  std::vector<std::string> files;
  if (config.origin.starts_with('/')) files.push_back(config.origin);
  for (const AccountConfig& account : config.accounts) {
    if (auto file = key_file(account.private_key); !file.empty()) files.push_back(std::move(file));
  }
  return files;
}

}  // namespace mdh
