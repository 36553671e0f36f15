#include "common/endpoint/own_token.h"

#include <cstdlib>
#include <cstring>

#include "common/digest.h"
#include "common/encoding.h"

namespace mdh {
namespace {

constexpr std::string_view kLabel = "mdh-credentials token of user ";
constexpr std::size_t kUserBytes = 4;
constexpr std::size_t kTokenBytes = kUserBytes + sizeof(Digest);

std::string user_bytes(std::uint32_t user) {
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>((user >> shift) & 0xff);
  return bytes;
}

bool sealed_by(const Secret& seal, std::string_view user, std::string_view offered) {
  if (seal.empty()) return false;
  const Digest made = hmac_sha256(seal.reveal(), std::string(kLabel).append(user));
  return same_bytes(view(made), offered);
}

}  // namespace

std::string make_own_token(const Secret& seal, std::uint32_t user) {
  if (seal.empty()) std::abort();
  std::string bytes = user_bytes(user);
  const Digest made = hmac_sha256(seal.reveal(), std::string(kLabel) + bytes);
  bytes.append(view(made));
  return base64url_encode(bytes);
}

std::optional<std::uint32_t> owner_of(const TokenRing& ring, std::string_view token, WallTime now) {
  if (token.size() != kTokenBytes * 4 / 3) return std::nullopt;
  const std::optional<std::string> bytes = base64_decode(token);
  // One spelling alone: the decoder takes other alphabets and blanks, too.
  if (!bytes || bytes->size() != kTokenBytes || base64url_encode(*bytes) != token) {
    return std::nullopt;
  }
  const std::string_view user = std::string_view(*bytes).substr(0, kUserBytes);
  const std::string_view offered = std::string_view(*bytes).substr(kUserBytes);
  bool found = sealed_by(ring.seal, user, offered);
  for (const RetiredToken& retired : ring.retired) {
    if (now < retired.valid_until && sealed_by(retired.seal, user, offered)) found = true;
  }
  if (!found) return std::nullopt;
  std::uint32_t owner = 0;
  for (const char c : user) owner = owner << 8 | static_cast<unsigned char>(c);
  return owner;
}

}  // namespace mdh
