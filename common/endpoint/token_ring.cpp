#include "common/endpoint/token_ring.h"

namespace mdh {

TokenRing copy(const TokenRing& ring) {
  TokenRing second{ring.current.copy(), {}, ring.seal.copy()};
  for (const RetiredToken& one : ring.retired)
    second.retired.push_back({one.token.copy(), one.valid_until, one.seal.copy()});
  return second;
}

bool accepts(const TokenRing& ring, std::string_view offered, WallTime now) {
  // Every token is compared, so that the time taken does not tell which one was near.
  bool accepted = !ring.current.empty() && same_bytes(ring.current.reveal(), offered);
  for (const RetiredToken& retired : ring.retired) {
    const bool same = !retired.token.empty() && same_bytes(retired.token.reveal(), offered);
    accepted |= same && now < retired.valid_until;
  }
  return accepted;
}

}  // namespace mdh
