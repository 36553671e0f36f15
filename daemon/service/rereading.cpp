#include "daemon/service/rereading.h"

#include <algorithm>
#include <utility>

#include "daemon/config/folders.h"
#include "daemon/endpoint/remembered_port.h"
#include "daemon/keys/examine_key.h"
#include "daemon/system/clock.h"
#include "daemon/system/environment.h"

namespace mdh {
namespace {

constexpr seconds kStillFresh{5};  // what was found out of the keys

std::vector<KeyFact> examined(const std::vector<AccountConfig>& accounts) {
  std::vector<KeyFact> facts;
  facts.reserve(accounts.size());
  for (const AccountConfig& account : accounts) facts.push_back(examine_key(account));
  return facts;
}

Done restore_state(const std::string& folder, std::uint16_t port) {
  if (Done made = make_own_folder(folder); !made) return made;
  return port == 0 ? done() : remember_port(folder, port);
}

}  // namespace

void Rereading::want_config(Prompt prompt, const EndpointConfig& config) {
  config_wanted_ = std::max(config_wanted_.value_or(prompt), prompt);
  go_on(config);
}

void Rereading::want_tokens(const EndpointConfig& config) {
  tokens_wanted_ = true;
  go_on(config);
}

std::function<Done()> Rereading::trial() const {
  return [options = options_] {
    const auto config = usable_config(options);
    return config ? done() : Done(config.error());
  };
}

std::optional<Rereading::Reread> Rereading::take() {
  auto fresh = reading_.take();
  if (!fresh || !fresh->keys) return fresh;
  keys_ = std::move(fresh->keys);
  examined_ = read_clocks().boot;
  return fresh;
}

SelfReport Rereading::self_report(const Config& config) {
  SelfReport report;
  const auto file = options_.env_file ? options_.env_file : configuration_file(options_);
  if (file) report.config_file = expanded(*file);
  report.env_file = options_.env_file.has_value();
  report.writes_file = config.profile_file.enabled;
  report.process_form = config.profile_file.form == ProfileFileConfig::Form::process;
  report.credentials_file = config.profile_file.path;
  report.aws_config_file = config.profile_file.config_path;
  report.ca_file = config.ca_file;
  if (keys_ && read_clocks().boot - examined_ < kStillFresh) report.keys = keys_;
  if (report.keys || !keys_wanted_.empty()) return report;
  keys_wanted_ = config.accounts;
  go_on(config.endpoint);
  return report;
}

void Rereading::go_on(const EndpointConfig& config) {
  const bool files = config_wanted_ || tokens_wanted_;
  if (reading_.busy() || (!files && keys_wanted_.empty())) return;
  tokens_wanted_ = false;
  reading_.start([prompt = std::exchange(config_wanted_, std::nullopt), options = options_,
                  state_dir = state_dir_, port = port_, endpoint = config, known = known_, files,
                  accounts = std::exchange(keys_wanted_, {})] {
    Reread fresh;
    if (!accounts.empty()) fresh.keys = examined(accounts);
    if (!files) return fresh;
    fresh.prompt = prompt;
    if (prompt) fresh.config = usable_config(options);
    const bool good = fresh.config && *fresh.config;
    const EndpointConfig& named = good ? (*fresh.config)->endpoint : endpoint;
    if (good) fresh.owners = read_lent_ids();
    const Done folder = restore_state(state_dir, port);
    fresh.tokens = folder ? open_tokens(named, state_dir, read_clocks().wall, known)
                          : Result<TokenRing>(folder.error());
    return fresh;
  });
}

}  // namespace mdh
