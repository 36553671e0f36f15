// Text of ASCII as protocols compare it, whatever the locale. Pure; thread-safe.
#pragma once

#include <string_view>

namespace mdh {

// ascii_lower() is the letter in lower case; every other byte as it is.
constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
// same_name() compares as HTTP's field names are compared (RFC 9110 section 5.1): case is nothing.
bool same_name(std::string_view left, std::string_view right);
// trimmed() leaves out the `blanks` at both ends.
std::string_view trimmed(std::string_view text, std::string_view blanks = " \t\r\n");
// visible() tells whether the text is printable ASCII without blanks, and some of it: fit for a
// header field, a line of a file, a message.
bool visible(std::string_view text);
// contains() tells whether `part` stands anywhere in `text`.
constexpr bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace mdh
