// Endpoint tokens of one's own: bound to a uid, sealed by HMAC-SHA256 under a key that no other
// user can read, so that none needs to be kept, each outlives a restart, and a rotation ends all.
// Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/endpoint/token_ring.h"

namespace mdh {

// make_own_token() is 48 characters of base64url; the same for the same user and seal.
std::string make_own_token(const Secret& seal, std::uint32_t user);
// owner_of() is the user for whom the ring's seal, or one in its grace, made the token; nothing for
// any other text. Compares in constant time.
std::optional<std::uint32_t> owner_of(const TokenRing& ring, std::string_view token, WallTime now);

}  // namespace mdh
