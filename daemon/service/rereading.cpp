#include "daemon/service/rereading.h"

#include <algorithm>
#include <utility>

#include "daemon/config/folders.h"
#include "daemon/endpoint/remembered_port.h"
#include "daemon/system/clock.h"

namespace mdh {
namespace {

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
  return reading_.take();
}

void Rereading::go_on(const EndpointConfig& config) {
  if (reading_.busy() || (!config_wanted_ && !tokens_wanted_)) return;
  tokens_wanted_ = false;
  reading_.start([prompt = std::exchange(config_wanted_, std::nullopt), options = options_,
                  state_dir = state_dir_, port = port_, endpoint = config, known = known_] {
    Reread fresh;
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
