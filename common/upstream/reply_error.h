// What the replies of token endpoint and credential exchange have in common: the class of a status,
// the wait that a server asked for, its own words. Pure; thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/upstream/http.h"
#include "common/upstream/reply_body.h"

namespace mdh {

// kLongestWait is what a server may ask for at most.
inline constexpr seconds kLongestWait{3600};

// asked_wait() is Retry-After (RFC 9110 section 10.2.3: seconds or a date, held against the reply's
// own Date, else `now`), and for a 429 else RateLimit-Reset (seconds); within 1 s and kLongestWait;
// nothing when there is neither or it is no such thing.
std::optional<seconds> asked_wait(const UpstreamReply& reply, WallTime now);

// reply_error() is the Error of a reply that is no success: 429 throttled; 408 and 5xx unreachable;
// other 4xx refused; a redirect or anything else malformed. `what` is what failed, on what ("the
// token request of account lab to https://…"). A redirect's place is told without query. Where only
// that class of status can say more, it has a hint; the caller may write a better one.
Error reply_error(Stage stage, const std::string& what, const UpstreamReply& reply, WallTime now);

// add_words() puts what the service itself says into the Error's `said` and its message.
void add_words(Error& error, const ReplyBody& body);

// host_of() is a URL's host and port, for messages.
std::string host_of(std::string_view url);

}  // namespace mdh
