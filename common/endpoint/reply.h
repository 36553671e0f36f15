// An answer of the endpoint as a value, and as the bytes that leave (RFC 9112). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mdh {

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kPlainText = "text/plain";
inline constexpr std::string_view kHtml = "text/html; charset=utf-8";

struct ReplyHeader {
  std::string name;
  std::string value;
};

struct Reply {
  int status = 200;
  std::string_view content_type = kJson;
  std::string body;
  std::string_view lent{};             // the body instead, where it lies rendered elsewhere
  std::vector<ReplyHeader> headers{};  // besides those that every answer has
  std::string_view gives{};            // the profile whose credentials it holds; empty: none
  std::string_view lacks{};            // the profile that has none to give; empty: none was wanted

  std::string_view content() const { return lent.empty() ? std::string_view(body) : lent; }
};

// How the bytes are to be framed.
struct Framing {
  bool close = false;      // says Connection: close
  bool head_only = false;  // an answer to HEAD: the length of the body, but no body
};

// append_reply() appends status line, header fields in the order of their names, and body.
void append_reply(const Reply& reply, Framing framing, std::string& out);
// reason_phrase() is the status line's words; "Unknown" for a status that is never sent.
std::string_view reason_phrase(int status);

}  // namespace mdh
