#include "common/profile_file/python_text.h"

#include <cstdint>
#include <cstring>
#include <utility>

namespace mdh {
namespace {

unsigned char byte_at(std::string_view text, std::size_t position) {
  return position < text.size() ? static_cast<unsigned char>(text[position]) : 0;
}

// RFC 3629 section 4: the length of the well-formed sequence at `position`, or 0.
std::size_t sequence_at(std::string_view text, std::size_t position) {
  const unsigned char lead = byte_at(text, position);
  const unsigned char second = byte_at(text, position + 1);
  const auto tail = [&](std::size_t from, std::size_t count) {
    for (std::size_t i = from; i < count; ++i) {
      if ((byte_at(text, position + i) & 0xc0) != 0x80) return std::size_t{0};
    }
    return count;
  };
  if (lead < 0x80) return lead == 0 ? 0 : 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  if (lead < 0xe0) return tail(1, 2);
  if (lead == 0xe0 && second < 0xa0) return 0;  // overlong
  if (lead == 0xed && second > 0x9f) return 0;  // surrogates
  if (lead < 0xf0) return tail(1, 3);
  if (lead == 0xf0 && second < 0x90) return 0;  // overlong
  if (lead == 0xf4 && second > 0x8f) return 0;  // above U+10FFFF
  return tail(1, 4);
}

// True for eight bytes of plain ASCII without a NUL.
bool eight_plain_bytes(const char* bytes) {
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return ((word | (word - kOnes)) & kHigh) == 0;
}

}  // namespace

std::size_t characters(std::string_view text) {
  std::size_t count = 0;
  for (const char byte : text) count += (static_cast<unsigned char>(byte) & 0xc0) != 0x80;
  return count;
}

LineEnds line_at(std::string_view text, std::size_t position) {
  const char* begin = text.data() + position;
  const std::size_t left = text.size() - position;
  const void* feed = std::memchr(begin, '\n', left);
  std::size_t length =
      feed ? static_cast<std::size_t>(static_cast<const char*>(feed) - begin) : left;
  const void* carriage = std::memchr(begin, '\r', length);
  if (carriage) length = static_cast<std::size_t>(static_cast<const char*>(carriage) - begin);
  const std::size_t content = position + length;
  if (content == text.size()) return {content, content};
  const bool both = text[content] == '\r' && byte_at(text, content + 1) == '\n';
  return {content, content + (both ? 2 : 1)};
}

std::string lower_case(std::string_view text) {
  constexpr std::string_view kKelvin = "\xe2\x84\xaa";
  std::string lower;
  lower.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    if (byte >= 'A' && byte <= 'Z') {
      lower += static_cast<char>(byte - 'A' + 'a');
    } else if (text.substr(i).starts_with(kKelvin)) {
      lower += 'k';
      i += kKelvin.size() - 1;
    } else {
      lower += byte;
    }
  }
  return lower;
}

std::optional<std::size_t> bad_byte(std::string_view text) {
  std::size_t position = 0;
  while (position < text.size()) {
    if (text.size() - position >= 8 && eight_plain_bytes(text.data() + position)) {
      position += 8;
      continue;
    }
    const std::size_t length = sequence_at(text, position);
    if (length == 0) return position;
    position += length;
  }
  return std::nullopt;
}

std::optional<std::vector<std::string>> shell_words(std::string_view text) {
  std::vector<std::string> words;
  std::optional<std::string> word;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char byte = text[i];
    const bool blank = byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
    if (quote == 0 && blank) {
      if (word) words.push_back(*std::exchange(word, std::nullopt));
      continue;
    }
    if (!word) word.emplace();
    if (byte == quote) {
      quote = 0;
    } else if (quote == 0 && (byte == '\'' || byte == '"')) {
      quote = byte;
    } else if (byte == '\\' && quote != '\'') {
      if (++i == text.size()) return std::nullopt;
      if (quote == '"' && text[i] != '"' && text[i] != '\\') *word += '\\';
      *word += text[i];
    } else {
      *word += byte;
    }
  }
  if (quote != 0) return std::nullopt;
  if (word) words.push_back(*word);
  return words;
}

}  // namespace mdh
