#include "common/session_token.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>

namespace mdh {
namespace {

constexpr std::size_t kGrantBytes = 1 + 8 + 4 + 4 + 8;
constexpr std::size_t kSealBytes = 32;
constexpr std::size_t kTokenBytes = kGrantBytes + kSealBytes;
constexpr unsigned char kVersion = 1;
// A clock that went back by more than this makes tokens from the future, which nobody trusts.
constexpr seconds kClockPlay{60};
constexpr std::string_view kKeyLabel = "mdh-credentials IMDSv2 session token";

using Seal = std::array<unsigned char, kSealBytes>;

Seal hmac_sha256(std::string_view key, std::string_view text) {
  Seal seal{};
  unsigned int length = 0;
  const unsigned char* made =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), seal.data(), &length);
  if (made == nullptr || length != seal.size()) std::abort();
  return seal;
}

std::string_view view(const Seal& seal) {
  return {reinterpret_cast<const char*>(seal.data()), seal.size()};
}

Seal seal(const Secret& endpoint_token, std::string_view grant) {
  Seal key = hmac_sha256(endpoint_token.reveal(), kKeyLabel);
  const Seal made = hmac_sha256(view(key), grant);
  explicit_bzero(key.data(), key.size());
  return made;
}

void put(std::uint64_t number, int bytes, std::string& out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out += static_cast<char>((number >> shift) & 0xff);
}

std::uint64_t get(std::string_view& bytes, std::size_t count) {
  std::uint64_t number = 0;
  for (const char c : bytes.substr(0, count)) number = number << 8 | static_cast<unsigned char>(c);
  bytes.remove_prefix(count);
  return number;
}

std::string write_grant(const SessionGrant& grant) {
  std::string bytes(1, static_cast<char>(kVersion));
  put(static_cast<std::uint64_t>(grant.issued.time_since_epoch().count()), 8, bytes);
  put(static_cast<std::uint64_t>(grant.ttl.count()), 4, bytes);
  put(grant.user, 4, bytes);
  put(grant.nonce, 8, bytes);
  return bytes;
}

SessionGrant read_grant(std::string_view bytes) {
  SessionGrant grant;
  bytes.remove_prefix(1);
  grant.issued = WallTime(milliseconds(static_cast<std::int64_t>(get(bytes, 8))));
  grant.ttl = seconds(static_cast<std::int64_t>(get(bytes, 4)));
  grant.user = static_cast<std::uint32_t>(get(bytes, 4));
  grant.nonce = get(bytes, 8);
  return grant;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  hex.reserve(2 * bytes.size());
  for (const char c : bytes) {
    hex += kDigits[static_cast<unsigned char>(c) >> 4];
    hex += kDigits[static_cast<unsigned char>(c) & 0x0f];
  }
  return hex;
}

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

std::optional<std::string> from_hex(std::string_view hex) {
  if (hex.size() != 2 * kTokenBytes) return std::nullopt;
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const int high = digit(hex[i]);
    const int low = digit(hex[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes += static_cast<char>(high << 4 | low);
  }
  return bytes;
}

bool sealed_by(const TokenRing& ring, std::string_view bytes, WallTime now) {
  const std::string_view grant = bytes.substr(0, kGrantBytes);
  const std::string_view offered = bytes.substr(kGrantBytes);
  bool found = !ring.current.empty() && same_bytes(view(seal(ring.current, grant)), offered);
  for (const RetiredToken& retired : ring.retired) {
    if (now >= retired.valid_until || retired.token.empty()) continue;
    if (same_bytes(view(seal(retired.token, grant)), offered)) found = true;
  }
  return found;
}

}  // namespace

std::string make_session_token(const TokenRing& ring, const SessionGrant& grant) {
  if (ring.current.empty() || grant.ttl < seconds(1) || grant.ttl > kLongestSession) std::abort();
  std::string bytes = write_grant(grant);
  bytes += view(seal(ring.current, bytes));
  return to_hex(bytes);
}

SessionVerdict check_session_token(const TokenRing& ring, std::string_view token,
                                   std::uint32_t user, WallTime now) {
  const std::optional<std::string> bytes = from_hex(token);
  if (!bytes || static_cast<unsigned char>(bytes->front()) != kVersion ||
      !sealed_by(ring, *bytes, now))
    return SessionVerdict::forged;
  const SessionGrant grant = read_grant(*bytes);
  if (now >= grant.issued + grant.ttl || now + kClockPlay < grant.issued)
    return SessionVerdict::expired;
  return grant.user == user ? SessionVerdict::good : SessionVerdict::foreign;
}

}  // namespace mdh
