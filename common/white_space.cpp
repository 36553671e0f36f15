#include "common/white_space.h"

#include <array>

namespace mdh {
namespace {

bool is_ascii_blank(unsigned char byte) {
  return byte == ' ' || (byte >= 0x09 && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x1f);
}

// White space of two and three bytes in UTF-8 (Unicode's White_Space as Python has it).
constexpr std::array<std::string_view, 19> kWideBlanks{
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
    "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

}  // namespace

std::size_t blank_at(std::string_view text, std::size_t position) {
  if (position >= text.size()) return 0;
  const auto byte = static_cast<unsigned char>(text[position]);
  if (byte < 0x80) return is_ascii_blank(byte) ? 1 : 0;
  for (const std::string_view blank : kWideBlanks) {
    if (text.substr(position).starts_with(blank)) return blank.size();
  }
  return 0;
}

std::size_t blank_before(std::string_view text, std::size_t end) {
  if (end == 0) return 0;
  const auto last = static_cast<unsigned char>(text[end - 1]);
  if (last < 0x80) return is_ascii_blank(last) ? 1 : 0;
  for (const std::string_view blank : kWideBlanks) {
    if (text.substr(0, end).ends_with(blank)) return blank.size();
  }
  return 0;
}

std::string_view stripped_right(std::string_view text) {
  while (const std::size_t blank = blank_before(text, text.size())) text.remove_suffix(blank);
  return text;
}

std::string_view stripped(std::string_view text) {
  text = stripped_right(text);
  return text.substr(indentation(text).size());
}

std::string_view indentation(std::string_view line) {
  std::size_t end = 0;
  while (const std::size_t blank = blank_at(line, end)) end += blank;
  return line.substr(0, end);
}

}  // namespace mdh
