// Keeps the endpoint's tokens as they are on disk: the ring, the file's group, and the files of
// tokens of one's own. The loop's thread only.
#pragma once

#include <optional>
#include <string>

#include "common/config/config.h"
#include "common/endpoint/token_ring.h"
#include "daemon/config/folders.h"
#include "daemon/endpoint/name_service.h"
#include "daemon/endpoint/own_tokens.h"

namespace mdh {

class TokenKeeper {
 public:
  explicit TokenKeeper(Folders folders);

  // resolved() is the configuration with the token's file named.
  Config resolved(Config config) const;
  // read() is the ring as it is now; every user's own token is written anew by its seal. Nothing,
  // and a line in the log, where it cannot be read.
  std::optional<TokenRing> read(const EndpointConfig& config);
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
