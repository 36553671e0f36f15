// How Python cuts text: white space, line ends, UTF-8, lower case. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/white_space.h"

namespace mdh {

// characters() counts what a text holds.
std::size_t characters(std::string_view text);
// line_at() is where the line that begins at `position` ends: `content` without its line end (LF,
// CRLF or CR), `next` with it.
struct LineEnds {
  std::size_t content = 0;
  std::size_t next = 0;
};
LineEnds line_at(std::string_view text, std::size_t position);
// lower_case() is str.lower() for ASCII and for the one other letter whose lower case is ASCII.
std::string lower_case(std::string_view text);
// bad_byte() is the place of the first byte that is NUL or no UTF-8 (RFC 3629), or nothing.
std::optional<std::size_t> bad_byte(std::string_view text);
// shell_words() is shlex.split(): nothing where that raises.
std::optional<std::vector<std::string>> shell_words(std::string_view text);

}  // namespace mdh
