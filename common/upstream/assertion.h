// The client assertion by which a service account proves who it is (RFC 7523 section 2.2): a JWT
// (RFC 7519) in compact JWS form (RFC 7515), signed with RS256. Pure; thread-safe.
#pragma once

#include <string_view>

#include "common/config/config.h"
#include "common/result.h"
#include "common/secret.h"
#include "common/timestamp.h"
#include "common/upstream/signing_key.h"

namespace mdh {

// Assertion is good for one token request: upstream burns its jti at first sight.
struct Assertion {
  Secret compact;  // header.claims.signature
};

// make_assertion() claims iss, sub, aud, exp and jti, nothing else: nbf and iat would each be one
// more way to fail on clock skew. `now` is the time by upstream's clock where that is known; `jti`
// is fresh and random. Fails (class config, stage key) only when the key cannot sign.
Result<Assertion> make_assertion(const AccountConfig& account, const SigningKey& key, WallTime now,
                                 std::string_view jti);

}  // namespace mdh
