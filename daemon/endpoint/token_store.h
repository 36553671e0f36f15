// The endpoint token in the state folder: authorization-token (the token and nothing else, 0600 or
// 0640 with token_group), retired tokens beside it, and the seal of tokens of one's own, for the
// daemon alone; every change by rename.
#pragma once

#include <memory>
#include <string>

#include "common/config/config.h"
#include "common/endpoint/access.h"
#include "common/endpoint/token_ring.h"
#include "common/result.h"

namespace mdh {

// token_path() is the configured token_file or authorization-token in the state folder.
std::string token_path(const EndpointConfig& config, const std::string& state_dir);
// TokensInForce is what a running daemon knows of them.
struct TokensInForce {
  Names names{};                            // with the gid of token_group
  std::shared_ptr<const TokenRing> ring{};  // null: none yet
};
// open_tokens() reads the ring, making what is missing: of the ring that is in force, else anew. A
// token_group whose gid the names do not tell has to wait: a new token is for the daemon's user
// alone, one that is there stays as it is.
Result<TokenRing> open_tokens(const EndpointConfig& config, const std::string& state_dir,
                              WallTime now, const TokensInForce& known = {});
// token_files_stand() tells whether every file of that ring is there.
bool token_files_stand(const EndpointConfig& config, const std::string& state_dir,
                       const TokenRing& ring);

struct Rotation {
  WallTime now{};
  seconds grace{};  // how long every older token stays valid at most; 0 ends them all at once
};
// rotate_token() writes a new current token and a new seal; session tokens and tokens of one's own
// that the old ones made end with them.
Done rotate_token(const EndpointConfig& config, const std::string& state_dir,
                  const Rotation& rotation, const Names& names = {});

}  // namespace mdh
