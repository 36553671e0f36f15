#include "common/encoding.h"

#include <cstdint>

#include "common/secret.h"

namespace mdh {
namespace {

constexpr std::string_view kBase64Url =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view kBlanks = " \t\r\n";

// The value of one base64 character of either alphabet, or -1.
int sextet(char c) {
  if (c == '+') return 62;
  if (c == '/') return 63;
  const std::size_t place = kBase64Url.find(c);
  return place == std::string_view::npos ? -1 : static_cast<int>(place);
}

std::string_view without_padding(std::string_view text) {
  int padding = 0;
  std::size_t last = text.find_last_not_of(kBlanks);
  while (last != text.npos && text[last] == '=' && ++padding <= 2) {
    last = last == 0 ? text.npos : text.find_last_not_of(kBlanks, last - 1);
  }
  return last == text.npos ? std::string_view{} : text.substr(0, last + 1);
}

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string base64url_encode(std::string_view bytes) {
  std::string text;
  text.reserve((bytes.size() * 4 + 2) / 3);
  std::uint32_t window = 0;
  int bits = 0;
  for (const char byte : bytes) {
    window = (window << 8) | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 6; bits -= 6) text += kBase64Url[(window >> (bits - 6)) & 63];
  }
  if (bits > 0) text += kBase64Url[(window << (6 - bits)) & 63];
  return text;
}

std::optional<std::string> base64_decode(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size() * 3 / 4 + 3);
  std::uint32_t window = 0;
  int bits = 0;
  for (const char c : without_padding(text)) {
    if (kBlanks.find(c) != kBlanks.npos) continue;
    const int value = sextet(c);
    if (value < 0) {
      wipe(bytes);
      return std::nullopt;
    }
    window = (window << 6) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) bytes += static_cast<char>((window >> (bits -= 8)) & 0xff);
  }
  // Six bits left over is a lone character, which codes no byte.
  if (bits == 6) return std::nullopt;
  return bytes;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  encoded.reserve(text.size() * 3);
  for (const char c : text) {
    if (unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return encoded;
}

}  // namespace mdh
