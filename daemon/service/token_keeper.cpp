#include "daemon/service/token_keeper.h"

#include "daemon/endpoint/token_store.h"
#include "daemon/service/situation_log.h"
#include "daemon/system/clock.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {

constexpr milliseconds kPause{1000};

std::optional<std::uint32_t> gid(const Names& names, const std::string& group) {
  const auto found = names.groups.find(group);
  return found == names.groups.end() ? std::nullopt : found->second;
}

}  // namespace

TokenKeeper::TokenKeeper(Folders folders, const TokenRing& tokens)
    : folders_(std::move(folders)),
      own_(folders_.runtime, folders_.state),
      in_force_{{}, std::make_shared<const TokenRing>(copy(tokens))} {}

Config TokenKeeper::resolved(Config config) const {
  config.endpoint.token_file = token_path(config.endpoint, folders_.state);
  return config;
}

void TokenKeeper::attach(EventLoop& loop, std::function<void()> read) {
  again_ = loop.add_timer(std::move(read));
}

std::vector<std::string> TokenKeeper::watched(const EndpointConfig& config) const {
  std::vector<std::string> paths{token_path(config, folders_.state), own_.watched()};
  if (!config.token_file.empty()) paths.push_back(token_path({}, folders_.state));
  return paths;
}

void TokenKeeper::look(const EndpointConfig& config) {
  if (own_.stand() && token_files_stand(config, folders_.state, *in_force_.ring)) return;
  EventLoop::set_timer(again_, read_clocks().boot);
}

void TokenKeeper::hand_over(Result<TokenRing> tokens, EndpointServer& endpoint) {
  const std::string why = tokens ? "" : with_hint(tokens.error());
  if (!tokens && why != told_) {
    log_line(LogLevel::error, "the endpoint tokens stay as they were: " + why,
             {{"MDH_STAGE", "endpoint"}});
  }
  told_ = why;
  if (!tokens) return EventLoop::set_timer(again_, read_clocks().boot + kPause);
  renew(tokens->seal);
  in_force_.ring = std::make_shared<const TokenRing>(copy(*tokens));
  endpoint.set_tokens(std::move(tokens).value());
}

void TokenKeeper::renew(const Secret& seal) {
  if (const Done renewed = own_.renew(seal); !renewed)
    log_line(LogLevel::warn, with_hint(renewed.error()), {{"MDH_STAGE", "endpoint"}});
}

bool TokenKeeper::take_names(const EndpointConfig& config, const NamesPtr& names) {
  const auto before = gid(in_force_.names, config.token_group);
  if (names) in_force_.names = *names;
  return gid(in_force_.names, config.token_group) != before;
}

Result<std::string> TokenKeeper::own_token(std::uint32_t user, const Secret& seal) {
  return own_.file_of(user, seal);
}

}  // namespace mdh
