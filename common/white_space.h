// White space as Python has it (str.isspace(), \s of a pattern), in UTF-8. Pure.
#pragma once

#include <cstddef>
#include <string_view>

namespace mdh {

// blank_at() is the length in bytes of the white space at `position`, or 0; blank_before() that of
// the white space that ends at `end`.
std::size_t blank_at(std::string_view text, std::size_t position);
std::size_t blank_before(std::string_view text, std::size_t end);
// stripped() is the text without white space round it, as str.strip(); stripped_right() as
// str.rstrip().
std::string_view stripped(std::string_view text);
std::string_view stripped_right(std::string_view text);
// indentation() is the white space that a line begins with.
std::string_view indentation(std::string_view line);

}  // namespace mdh
