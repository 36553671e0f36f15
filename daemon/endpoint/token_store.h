// The endpoint token in the state folder: authorization-token (the token and nothing else, 0600 or
// 0640 with token_group) and retired tokens beside it; every change by rename.
#pragma once

#include <string>

#include "common/config/config.h"
#include "common/endpoint/token_ring.h"
#include "common/result.h"

namespace mdh {

// token_path() is the configured token_file or authorization-token in the state folder.
std::string token_path(const EndpointConfig& config, const std::string& state_dir);
// open_tokens() reads the ring, making a first token where there is none.
Result<TokenRing> open_tokens(const EndpointConfig& config, const std::string& state_dir,
                              WallTime now);
// rotate_token() writes a new current token; the old one stays valid for `grace`.
Done rotate_token(const EndpointConfig& config, const std::string& state_dir, WallTime now,
                  seconds grace);

}  // namespace mdh
