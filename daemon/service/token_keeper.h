// Keeps the files of tokens of one's own, and what the name service told of the shared token's
// group. The loop's thread only.
#pragma once

#include <string>

#include "common/config/config.h"
#include "common/endpoint/token_ring.h"
#include "daemon/config/folders.h"
#include "daemon/endpoint/name_service.h"
#include "daemon/endpoint/own_tokens.h"
#include "daemon/endpoint/server.h"

namespace mdh {

class TokenKeeper {
 public:
  explicit TokenKeeper(Folders folders);

  // resolved() is the configuration with the token's file named.
  Config resolved(Config config) const;
  // hand_over() gives the endpoint tokens that were read, and renew()s by their seal; tokens that
  // could not be read are told in the log.
  void hand_over(Result<TokenRing> tokens, EndpointServer& endpoint);
  // renew() writes every user's own token anew by that seal.
  void renew(const Secret& seal);
  // take_names() keeps what the name service told; true when the token's group is another now, so
  // that the tokens must be read again.
  bool take_names(const EndpointConfig& config, NamesPtr names);
  // own_token() is the path of the user's own token, made where it is missing.
  Result<std::string> own_token(std::uint32_t user, const Secret& seal);

 private:
  Folders folders_;
  OwnTokens own_;
  NamesPtr names_;  // null: not told yet
};

}  // namespace mdh
