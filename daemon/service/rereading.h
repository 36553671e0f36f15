// Reads configuration, keys, lent ids and tokens again, examines keys, and makes anew what is gone
// of the state folder, beside the loop: they may lie on a disk that hangs, or with a directory
// service that does not answer. One reading at a time; what is asked for meanwhile is read after
// it. Loop's thread only.
#pragma once

#include <optional>
#include <vector>

#include "common/endpoint/token_ring.h"
#include "common/report/self_report.h"
#include "daemon/endpoint/lent_ids.h"
#include "daemon/endpoint/token_store.h"
#include "daemon/keys/usable_config.h"
#include "daemon/system/background.h"

namespace mdh {

class Rereading {
 public:
  enum class Prompt { watch, signal };  // what made the configuration be read again

  // What a reading brought; unset: not asked for.
  struct Reread {
    std::optional<Prompt> prompt;
    std::optional<Result<Config>> config;
    IdOwners owners;
    std::optional<Result<TokenRing>> tokens;
    std::optional<std::vector<KeyFact>> keys{};
  };

  // `port` is the one to be remembered in the state folder; 0: the usual one. `known` lives longer,
  // and is what each reading begins with.
  Rereading(SourceOptions options, std::string state_dir, std::uint16_t port,
            const TokensInForce& known)
      : options_(std::move(options)),
        state_dir_(std::move(state_dir)),
        port_(port),
        known_(known) {}

  // want_config() asks for everything, want_tokens() for the tokens of `config` alone.
  void want_config(Prompt prompt, const EndpointConfig& config);
  void want_tokens(const EndpointConfig& config);
  // self_report() is what `check` asks of a daemon of that configuration. Where the keys were not
  // examined within the last seconds, it leaves them out and begins to.
  SelfReport self_report(const Config& config);
  // trial() tells whether the configuration could be read; for another thread.
  std::function<Done()> trial() const;
  // event_fd() is readable when take() has something; the next reading begins with it, by `config`
  // as it is then.
  int event_fd() const { return reading_.event_fd(); }
  std::optional<Reread> take();
  void go_on(const EndpointConfig& config);
  bool busy() const { return reading_.busy(); }

 private:
  SourceOptions options_;
  std::string state_dir_;
  std::uint16_t port_;
  const TokensInForce& known_;
  Background<Reread> reading_;
  std::optional<Prompt> config_wanted_;
  bool tokens_wanted_ = false;
  std::vector<AccountConfig> keys_wanted_;
  std::optional<std::vector<KeyFact>> keys_;
  BootTime examined_{};
};

}  // namespace mdh
