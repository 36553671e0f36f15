#include "daemon/service/token_keeper.h"

#include "daemon/endpoint/token_store.h"
#include "daemon/service/situation_log.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {

std::optional<std::uint32_t> gid(const NamesPtr& names, const std::string& group) {
  if (!names) return std::nullopt;
  const auto found = names->groups.find(group);
  return found == names->groups.end() ? std::nullopt : found->second;
}

}  // namespace

TokenKeeper::TokenKeeper(Folders folders)
    : folders_(std::move(folders)), own_(folders_.runtime, folders_.state) {}

Config TokenKeeper::resolved(Config config) const {
  config.endpoint.token_file = token_path(config.endpoint, folders_.state);
  return config;
}

void TokenKeeper::hand_over(Result<TokenRing> tokens, EndpointServer& endpoint) {
  if (!tokens) {
    return log_line(LogLevel::error,
                    "the endpoint tokens stay as they were: " + with_hint(tokens.error()),
                    {{"MDH_STAGE", "endpoint"}});
  }
  renew(tokens->seal);
  endpoint.set_tokens(std::move(tokens).value());
}

void TokenKeeper::renew(const Secret& seal) {
  if (const Done renewed = own_.renew(seal); !renewed)
    log_line(LogLevel::warn, with_hint(renewed.error()), {{"MDH_STAGE", "endpoint"}});
}

bool TokenKeeper::take_names(const EndpointConfig& config, NamesPtr names) {
  const auto before = gid(names_, config.token_group);
  names_ = std::move(names);
  return gid(names_, config.token_group) != before;
}

Result<std::string> TokenKeeper::own_token(std::uint32_t user, const Secret& seal) {
  return own_.file_of(user, seal);
}

}  // namespace mdh
