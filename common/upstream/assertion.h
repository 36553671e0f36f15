// The client assertion by which a service account proves who it is (RFC 7523 section 2.2): a JWT
// (RFC 7519) in compact JWS form (RFC 7515), signed with RS256. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/secret.h"
#include "common/timestamp.h"

namespace mdh {

// Assertion is good for one token request: upstream burns its jti at first sight.
struct Assertion {
  Secret compact;  // header.claims.signature
};

// assertion_input() is what is to be signed: header and claims. It claims iss, sub, aud, exp and
// jti, nothing else: nbf and iat would each be one more way to fail on clock skew. `now` is the
// time by upstream's clock where that is known; `jti` is fresh and random.
std::string assertion_input(const AccountConfig& account, WallTime now, std::string_view jti);
// signed_assertion() joins the input and its signature, which the caller has verified.
Assertion signed_assertion(std::string input, std::string_view signature);

}  // namespace mdh
