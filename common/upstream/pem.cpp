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

// One block of a PEM text, "-----BEGIN X-----body-----END X-----": where it is and what is in it.
struct Block {
  std::size_t begin = 0;
  std::size_t body = 0;
  std::size_t end = 0;   // of the body
  std::size_t next = 0;  // behind the block
};

std::optional<Block> block_at(std::string_view text, std::size_t from) {
  Block block;
  block.begin = text.find(kBegin, from);
  if (block.begin == text.npos) return std::nullopt;
  const std::size_t label_end = text.find("-----", block.begin + kBegin.size());
  if (label_end == text.npos) return std::nullopt;
  block.body = label_end + 5;
  block.end = text.find("-----END ", block.body);
  if (block.end == text.npos) return std::nullopt;
  const std::size_t close = text.find("-----", block.end + 9);
  if (close == text.npos) return std::nullopt;
  block.next = close + 5;
  return block;
}

// The block with its body in lines of 64; as it is where that is more than base64 (RFC 1421
// headers, say).
void append_rewrapped(std::string& pem, std::string_view text, const Block& block) {
  const std::string_view body = text.substr(block.body, block.end - block.body);
  if (contains(body, ":")) {
    pem.append(text.substr(block.begin, block.next - block.begin)).append("\n");
    return;
  }
  pem.append(text.substr(block.begin, block.body - block.begin)).append("\n");
  std::size_t column = 0;
  for (const char c : body) {
    if (kBlanks.find(c) != kBlanks.npos) continue;
    pem += c;
    if (++column % 64 == 0) pem += '\n';
  }
  if (column % 64 != 0) pem += '\n';
  pem.append(text.substr(block.end, block.next - block.end)).append("\n");
}

// Every block of the text (a certificate may stand before the key), without what is between them;
// nothing when there is none that is whole.
std::optional<std::string> rewrapped(std::string_view text) {
  auto block = block_at(text, 0);
  if (!block) return std::nullopt;
  std::string pem;
  pem.reserve(2 * text.size() + 16);
  for (; block; block = block_at(text, block->next)) append_rewrapped(pem, text, *block);
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
