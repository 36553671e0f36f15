#include "common/endpoint/session_token.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "common/digest.h"
#include "common/encoding.h"

namespace mdh {
namespace {

// aws-c-auth gives up on a session token of more than 64 characters: 48 bytes in base64url, so the
// seal is HMAC-SHA256's first 23 bytes (RFC 2104 section 5 allows half).
constexpr std::size_t kGrantBytes = 1 + 6 + 2 + 4 + 4 + 8;
constexpr std::size_t kSealBytes = 23;
constexpr std::size_t kTokenBytes = kGrantBytes + kSealBytes;
static_assert(kTokenBytes == 48);
constexpr unsigned char kVersion = 3;
// A clock that went back by more than this makes tokens from the future, which nobody trusts.
constexpr seconds kClockPlay{60};
constexpr std::string_view kKeyLabel = "mdh-credentials IMDSv2 session token";

std::string seal(const Secret& endpoint_token, std::string_view grant) {
  Digest key = hmac_sha256(endpoint_token.reveal(), kKeyLabel);
  const Digest made = hmac_sha256(view(key), grant);
  explicit_bzero(key.data(), key.size());
  return std::string(view(made).substr(0, kSealBytes));
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
  put(static_cast<std::uint64_t>(grant.issued.time_since_epoch().count()), 6, bytes);
  put(static_cast<std::uint64_t>(grant.ttl.count()), 2, bytes);
  put(grant.user, 4, bytes);
  put(grant.nonce, 4, bytes);
  put(grant.profile, 8, bytes);
  return bytes;
}

SessionGrant read_grant(std::string_view bytes) {
  SessionGrant grant;
  bytes.remove_prefix(1);
  grant.issued = WallTime(milliseconds(static_cast<std::int64_t>(get(bytes, 6))));
  grant.ttl = seconds(static_cast<std::int64_t>(get(bytes, 2)));
  grant.user = static_cast<std::uint32_t>(get(bytes, 4));
  grant.nonce = static_cast<std::uint32_t>(get(bytes, 4));
  grant.profile = get(bytes, 8);
  return grant;
}

SessionVerdict judge(const SessionGrant& grant, std::uint32_t user, WallTime now) {
  if (now >= grant.issued + grant.ttl || now + kClockPlay < grant.issued)
    return SessionVerdict::expired;
  return grant.user == user ? SessionVerdict::good : SessionVerdict::foreign;
}

std::optional<std::string> bytes_of(std::string_view token) {
  if (token.size() != kTokenBytes * 4 / 3) return std::nullopt;
  std::optional<std::string> bytes = base64_decode(token);
  // One spelling alone: the decoder takes other alphabets and blanks, too.
  if (!bytes || bytes->size() != kTokenBytes || base64url_encode(*bytes) != token) {
    return std::nullopt;
  }
  return bytes;
}

bool sealed_by_current(const TokenRing& ring, std::string_view bytes) {
  return !ring.current.empty() &&
         same_bytes(seal(ring.current, bytes.substr(0, kGrantBytes)), bytes.substr(kGrantBytes));
}

bool sealed_by(const TokenRing& ring, std::string_view bytes, WallTime now) {
  const std::string_view grant = bytes.substr(0, kGrantBytes);
  const std::string_view offered = bytes.substr(kGrantBytes);
  bool found = sealed_by_current(ring, bytes);
  for (const RetiredToken& retired : ring.retired) {
    if (now >= retired.valid_until || retired.token.empty()) continue;
    if (same_bytes(seal(retired.token, grant), offered)) found = true;
  }
  return found;
}

}  // namespace

std::uint64_t profile_tag(std::string_view profile) {
  if (profile.empty()) return 0;
  const Digest digest = sha256(profile);
  std::string_view bytes = view(digest);
  return std::max<std::uint64_t>(1, get(bytes, 8));
}

std::uint64_t claimed_profile(std::string_view token) {
  const std::optional<std::string> bytes = bytes_of(token);
  return bytes ? read_grant(*bytes).profile : 0;
}

std::string make_session_token(const TokenRing& ring, const SessionGrant& grant) {
  if (ring.current.empty() || grant.ttl < seconds(1) || grant.ttl > kLongestSession) std::abort();
  std::string bytes = write_grant(grant);
  bytes += seal(ring.current, bytes);
  return base64url_encode(bytes);
}

SessionVerdict check_session_token(const TokenRing& ring, std::string_view token,
                                   std::uint32_t user, WallTime now) {
  const std::optional<std::string> bytes = bytes_of(token);
  if (!bytes || static_cast<unsigned char>(bytes->front()) != kVersion ||
      !sealed_by(ring, *bytes, now))
    return SessionVerdict::forged;
  return judge(read_grant(*bytes), user, now);
}

SessionVerdict KnownSessions::check(const TokenRing& ring, std::string_view token,
                                    std::uint32_t user, WallTime now) {
  if (token.size() != kCharacters) return SessionVerdict::forged;
  Known& known = known_[static_cast<unsigned char>(token.back()) % known_.size()];
  if (same_bytes({known.token.data(), kCharacters}, token)) return judge(known.grant, user, now);
  const SessionVerdict verdict = check_session_token(ring, token, user, now);
  const std::optional<std::string> bytes =
      verdict == SessionVerdict::good ? bytes_of(token) : std::nullopt;
  // Not what a retired token sealed: its grace ends before the session may.
  if (!bytes || !sealed_by_current(ring, *bytes)) return verdict;
  std::copy(token.begin(), token.end(), known.token.begin());
  known.grant = read_grant(*bytes);
  return verdict;
}

}  // namespace mdh
