// IMDSv2 session tokens without a table: each carries when it was issued, how long it lasts, to
// which user and for which profile, sealed by HMAC-SHA256 under a key made from the endpoint's
// token. A flood of them costs no memory, and they outlive a restart of the daemon. Clock and nonce
// are arguments. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/endpoint/token_ring.h"

namespace mdh {

inline constexpr seconds kLongestSession{21600};
// What is granted for longer is told as this: a client that honours what it is told, and keeps a
// token that was refused (Kotlin's SDK does, until its end), then heals within half an hour.
inline constexpr seconds kLongestTold{1800};
// The user of a caller whom the kernel could not name; equals itself only.
inline constexpr std::uint32_t kNobodyKnown = 0xffffffff;

struct SessionGrant {
  WallTime issued{};
  seconds ttl{};                      // 1 s to kLongestSession
  std::uint32_t user = kNobodyKnown;  // the uid that asked
  std::uint32_t nonce = 0;            // makes tokens of one moment differ
  std::uint64_t profile = 0;          // profile_tag() of the only one it is for; 0: any
};

enum class SessionVerdict { good, expired, foreign, forged };

// profile_tag() stands for a profile in a token: never 0 for a name, 0 for none.
std::uint64_t profile_tag(std::string_view profile);
// claimed_profile() is the tag that a token holds, whoever sealed it; 0 where it has no token's
// shape.
std::uint64_t claimed_profile(std::string_view token);
// make_session_token() is 64 characters of base64url, sealed with the ring's current token.
std::string make_session_token(const TokenRing& ring, const SessionGrant& grant);
// check_session_token() is good for a token that the current token, or one in its grace, sealed,
// that has not expired (nor comes from the future, after a step of the clock) and was given to
// `user`; else why not. Compares in constant time.
SessionVerdict check_session_token(const TokenRing& ring, std::string_view token,
                                   std::uint32_t user, WallTime now);

// KnownSessions remembers tokens that were found good, so that the next requests with them cost no
// seal. A bounded table: a token that lost its place is checked by its seal again.
class KnownSessions {
 public:
  // check() is check_session_token() for one ring, until forget().
  SessionVerdict check(const TokenRing& ring, std::string_view token, std::uint32_t user,
                       WallTime now);
  void forget() { known_ = {}; }

 private:
  static constexpr std::size_t kCharacters = 64;
  struct Known {
    std::array<char, kCharacters> token{};
    SessionGrant grant;
  };
  std::array<Known, 64> known_;
};

}  // namespace mdh
