#include "common/upstream/pem.h"

#include <optional>

#include "common/ascii.h"
#include "common/encoding.h"
#include "common/secret.h"

namespace mdh {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view stripped(std::string_view text) {
  constexpr std::string_view kWrapping = " \t\r\n\"'";
  const std::size_t first = text.find_first_not_of(kWrapping);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kWrapping) - first + 1);
}

// Literal \n and \r become line breaks; room for all of it is taken at once, so that no outgrown
// buffer is left behind.
std::string with_real_line_breaks(std::string_view text) {
  std::string whole;
  whole.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    if (escape && (text[i + 1] == 'n' || text[i + 1] == 'r')) {
      whole += '\n';
      ++i;
    } else if (text[i] != '\\') {
      whole += text[i] == '\r' ? '\n' : text[i];
    }
  }
  return whole;
}

// One "-----BEGIN X-----body-----END X-----" with its body in lines of 64; nothing when there is
// none or its body is more than base64 (RFC 1421 headers, say).
std::optional<std::string> rewrapped(std::string_view text) {
  const std::size_t begin = text.find(kBegin);
  const std::size_t label_end = text.find("-----", begin + kBegin.size());
  if (begin == text.npos || label_end == text.npos) return std::nullopt;
  const std::size_t body = label_end + 5;
  const std::size_t end = text.find("-----END ", body);
  if (end == text.npos || contains(text.substr(body, end - body), ":")) return std::nullopt;
  const std::size_t close = text.find("-----", end + 9);
  if (close == text.npos) return std::nullopt;

  std::string pem;
  pem.reserve(2 * text.size() + 16);
  pem.append(text.substr(begin, body - begin)).append("\n");
  std::size_t column = 0;
  for (const char c : text.substr(body, end - body)) {
    if (kBlanks.find(c) != kBlanks.npos) continue;
    pem += c;
    if (++column % 64 == 0) pem += '\n';
  }
  if (column % 64 != 0) pem += '\n';
  pem.append(text.substr(end, close + 5 - end)).append("\n");
  return pem;
}

}  // namespace

std::string normalised_pem(std::string_view text) {
  const std::string_view bare = stripped(text);
  if (!contains(bare, kBegin)) {
    auto decoded = base64_decode(bare);
    if (!decoded) return std::string(text);
    const bool pem = contains(*decoded, kBegin);
    std::string normal = pem ? normalised_pem(*decoded) : std::string(text);
    wipe(*decoded);
    return normal;
  }
  std::string unescaped = with_real_line_breaks(bare);
  auto pem = rewrapped(unescaped);
  if (!pem) return unescaped;
  wipe(unescaped);
  return *std::move(pem);
}

}  // namespace mdh
