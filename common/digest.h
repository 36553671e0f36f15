// SHA-256 (FIPS 180-4) and HMAC over it (RFC 2104), as values. Pure; thread-safe; never fails.
#pragma once

#include <array>
#include <string_view>

namespace mdh {

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view bytes);
Digest hmac_sha256(std::string_view key, std::string_view bytes);
// view() is the digest's bytes; valid while the digest lives.
std::string_view view(const Digest& digest);

}  // namespace mdh
