// The endpoint's authorization tokens: the current one, and older ones that processes still hold in
// their environment, each until its grace ends. Also the key that signs IMDSv2 session tokens,
// derived from them.
#pragma once

#include <string_view>
#include <vector>

#include "common/secret.h"
#include "common/timestamp.h"

namespace mdh {

struct RetiredToken {
  Secret token;
  WallTime valid_until{};
  Secret seal{};  // of the tokens of one's own that were made beside it
};

struct TokenRing {
  Secret current;  // matches [A-Za-z0-9_-]{32,}, no newline
  std::vector<RetiredToken> retired;
  Secret seal{};  // the key of the tokens of one's own (own_token.h); the daemon alone has it
};

// copy() is a second ring of the same tokens, spelled out because it should be rare.
TokenRing copy(const TokenRing& ring);
// accepts() compares with every token that is valid at `now`, in constant time per token.
bool accepts(const TokenRing& ring, std::string_view offered, WallTime now);

}  // namespace mdh
