// Keeps the files of the endpoint's tokens and of tokens of one's own: what something removed is
// made anew of what is in force. The loop's thread only.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/endpoint/token_ring.h"
#include "daemon/config/folders.h"
#include "daemon/endpoint/name_service.h"
#include "daemon/endpoint/own_tokens.h"
#include "daemon/endpoint/server.h"
#include "daemon/endpoint/token_store.h"
#include "daemon/system/event_loop.h"

namespace mdh {

class TokenKeeper {
 public:
  TokenKeeper(Folders folders, const TokenRing& tokens);

  // attach() comes before look(); `read` has the files read again and handed over.
  void attach(EventLoop& loop, std::function<void()> read);
  // watched() are paths at which anything that goes is seen.
  std::vector<std::string> watched(const EndpointConfig& config) const;
  // look() has the files read again, which makes them, when one is gone.
  void look(const EndpointConfig& config);

  // resolved() is the configuration with the token's file named.
  Config resolved(Config config) const;
  // hand_over() gives the endpoint tokens that were read, and renew()s by their seal. Tokens that
  // could not be read are told in the log, once, and read again in a second.
  void hand_over(Result<TokenRing> tokens, EndpointServer& endpoint);
  // renew() writes every user's own token anew by that seal.
  void renew(const Secret& seal);
  // take_names() keeps what the name service told; true when the token's group is another now, so
  // that the tokens must be read again.
  bool take_names(const EndpointConfig& config, const NamesPtr& names);
  // in_force() is what is known of the endpoint's tokens.
  const TokensInForce& in_force() const { return in_force_; }
  // own_token() is the path of the user's own token, made where it is missing.
  Result<std::string> own_token(std::uint32_t user, const Secret& seal);

 private:
  Folders folders_;
  OwnTokens own_;
  TokensInForce in_force_;
  EventLoop::Timer* again_ = nullptr;
  std::string told_;  // why they cannot be read
};

}  // namespace mdh
