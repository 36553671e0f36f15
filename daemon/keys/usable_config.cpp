#include "daemon/keys/usable_config.h"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "daemon/keys/agent_places.h"
#include "daemon/keys/read_key.h"
#include "daemon/keys/signer.h"

namespace mdh {
namespace {

// The paths whose change may mean another key.
std::vector<std::string> key_sources(const AccountConfig& account) {
  if (account.private_key.kind == KeyReference::Kind::agent) return agent_places(account);
  std::string file = key_file(account.private_key);
  if (file.empty()) return {};
  return {std::move(file)};
}

}  // namespace

Result<Config> usable_config(const SourceOptions& options) {
  Result<Config> config = load_config(options);
  if (!config) return config;
  for (const AccountConfig& account : config->accounts) {
    if (account.private_key.kind == KeyReference::Kind::agent) continue;
    if (const auto key = Signer::open(account, signing_deadline()); !key) return key.error();
  }
  return config;
}

std::vector<std::string> watched_files(const Config& config) {
  std::vector<std::string> files;
  std::error_code failed;
  const bool pipe = std::filesystem::is_fifo(config.origin, failed);  // has been read empty
  if (config.origin.starts_with('/') && !pipe) files.push_back(config.origin);
  for (const AccountConfig& account : config.accounts) {
    for (std::string& source : key_sources(account)) files.push_back(std::move(source));
  }
  return files;
}

std::string key_news(const AccountConfig& account, const std::string& path) {
  const auto sources = key_sources(account);
  if (std::find(sources.begin(), sources.end(), path) == sources.end()) return {};
  const bool agent = account.private_key.kind == KeyReference::Kind::agent;
  return agent ? ": the agent's socket changed" : ": the key file changed";
}

}  // namespace mdh
