// Text codings of bytes: base64url (RFC 4648 section 5), base64 and form fields. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mdh {

// base64url_encode() writes without padding, as JWS does (RFC 7515 section 2).
std::string base64url_encode(std::string_view bytes);
// base64_decode() reads either alphabet (RFC 4648 sections 4 and 5), padded or not, blanks and line
// ends anywhere; nothing when it is not that. What comes out may be secret: the caller wipes it.
std::optional<std::string> base64_decode(std::string_view text);
// percent_encode() keeps the unreserved characters of RFC 3986 section 2.3 and writes %XX for all
// others: fit for a path segment and for a value in application/x-www-form-urlencoded.
std::string percent_encode(std::string_view text);

}  // namespace mdh
