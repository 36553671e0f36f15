// The head of an HTTP/1.1 request (RFC 9112), checked strictly before anything else sees a byte of
// it: one meaning or a refusal. Views into the caller's bytes; not an HTTP parser for others, as it
// refuses every body. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace mdh {

inline constexpr std::size_t kMostHeadBytes = 8192;
inline constexpr std::size_t kMostTargetBytes = 2048;
inline constexpr std::size_t kMostHeaderFields = 64;

struct HeaderField {
  std::string_view name;
  std::string_view value;  // without the white space around it; never percent-decoded
};

struct RequestHead {
  std::string_view method;
  std::string_view path;   // begins with one '/', further ones at its start are dropped (R5)
  std::string_view query;  // without the '?'
  bool http10 = false;
  bool close = false;  // HTTP/1.0, or Connection holds close
  std::vector<HeaderField> fields;

  // header() is the first field of that name in any case, or nothing.
  std::optional<std::string_view> header(std::string_view name) const;
};

// HeadRefusal is what to answer instead; the connection is closed after it.
struct HeadRefusal {
  int status = 400;
  std::string_view code;
  std::string_view message;
};

// find_head_end() is the length of the head at the start of `bytes`, 0 while it is incomplete. A
// line that does not end in CRLF ends the head at once: read_head() will refuse it.
std::size_t find_head_end(std::string_view bytes);
// read_head() reads one whole head, its empty line included, into `head` (whose memory is used
// again); a refusal when it is not exactly what RFC 9112 asks, is larger than the limits above, or
// announces a body.
std::optional<HeadRefusal> read_head(std::string_view bytes, RequestHead& head);
// same_name() compares in any case of ASCII letters.
bool same_name(std::string_view left, std::string_view right);

}  // namespace mdh
