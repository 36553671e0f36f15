#include "common/endpoint/request_head.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "common/ascii.h"

namespace mdh {
namespace {

constexpr HeadRefusal kBadLine{400, "BadRequest", "the request line is not HTTP/1.1"};
constexpr HeadRefusal kBadTarget{400, "BadRequest", "the request target is not a path"};
constexpr HeadRefusal kBadField{400, "BadRequest", "a header field is malformed"};
constexpr HeadRefusal kBadHost{400, "BadRequest", "exactly one Host header is needed"};
constexpr HeadRefusal kTwice{400, "BadRequest", "a header field is given twice"};
constexpr HeadRefusal kBadLength{400, "BadRequest", "Content-Length is malformed"};
constexpr HeadRefusal kBody{413, "BodyNotAllowed", "requests here have no body"};
constexpr HeadRefusal kTransferEncoding{501, "NotImplemented",
                                        "Transfer-Encoding is not implemented"};
constexpr HeadRefusal kExpect{417, "ExpectationFailed", "no expectation can be met"};
constexpr HeadRefusal kLongTarget{414, "TargetTooLong", "the request target is too long"};
constexpr HeadRefusal kLongHead{431, "HeadTooLarge", "the request's head is too large"};
constexpr HeadRefusal kVersion{505, "VersionNotSupported", "only HTTP/1.1 and HTTP/1.0 are spoken"};

enum : std::uint8_t { kToken = 1, kTarget = 2, kValue = 4 };

constexpr std::array<std::uint8_t, 256> character_table() {
  std::array<std::uint8_t, 256> table{};
  for (std::size_t c = 0x21; c < 0x7f; ++c) table[c] = kTarget | kValue;
  for (std::size_t c = 0x80; c < 0x100; ++c) table[c] = kValue;
  table[' '] = table['\t'] = kValue;
  table['#'] = kValue;  // a fragment has no place in a request
  for (const char c : std::string_view("!#$%&'*+-.^_`|~0123456789"
                                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) {
    table[static_cast<unsigned char>(c)] |= kToken;
  }
  return table;
}
constexpr auto kCharacters = character_table();

bool all_of_kind(std::string_view text, std::uint8_t kind) {
  return std::all_of(text.begin(), text.end(), [kind](char c) {
    return (kCharacters[static_cast<unsigned char>(c)] & kind) != 0;
  });
}

// Takes one line off `rest`; false unless it ends in CRLF.
bool take_line(std::string_view& rest, std::string_view& line) {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos || end == 0 || rest[end - 1] != '\r') return false;
  line = rest.substr(0, end - 1);
  rest.remove_prefix(end + 1);
  return true;
}

std::optional<HeadRefusal> read_version(std::string_view version, RequestHead& head) {
  head.http10 = version == "HTTP/1.0";
  if (head.http10 || version == "HTTP/1.1") return std::nullopt;
  const bool other = version.size() == 8 && version.substr(0, 5) == "HTTP/";
  return other ? kVersion : kBadLine;
}

std::optional<HeadRefusal> read_target(std::string_view target, RequestHead& head) {
  if (target.size() > kMostTargetBytes) return kLongTarget;
  if (target.empty() || target.front() != '/' || !all_of_kind(target, kTarget)) return kBadTarget;
  const std::size_t question = target.find('?');
  head.path = target.substr(0, question);
  head.query = question == std::string_view::npos ? "" : target.substr(question + 1);
  while (head.path.size() > 1 && head.path[1] == '/') head.path.remove_prefix(1);
  return std::nullopt;
}

std::optional<HeadRefusal> read_request_line(std::string_view line, RequestHead& head) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return kBadLine;
  head.method = line.substr(0, first);
  if (head.method.empty() || head.method.size() > 32 || !all_of_kind(head.method, kToken))
    return kBadLine;
  if (const auto refusal = read_version(line.substr(last + 1), head)) return refusal;
  return read_target(line.substr(first + 1, last - first - 1), head);
}

std::optional<HeadRefusal> read_field(std::string_view line, RequestHead& head) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0) return kBadField;
  const HeaderField field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
  if (!all_of_kind(field.name, kToken) || !all_of_kind(field.value, kValue)) return kBadField;
  if (head.fields.size() == kMostHeaderFields) return kLongHead;
  head.fields.push_back(field);
  return std::nullopt;
}

bool names_close(std::string_view connection) {
  while (!connection.empty()) {
    const std::size_t comma = connection.find(',');
    if (same_name(trimmed(connection.substr(0, comma)), "close")) return true;
    if (comma == std::string_view::npos) return false;
    connection.remove_prefix(comma + 1);
  }
  return false;
}

std::optional<HeadRefusal> check_length(std::string_view length) {
  const bool digits = !length.empty() && length.find_first_not_of("0123456789") == length.npos;
  if (!digits) return kBadLength;
  return length.find_first_not_of('0') == length.npos ? std::nullopt : std::optional(kBody);
}

// Fields that may be there once, since two could mean two things to two readers.
enum Single : std::size_t { host, authorization, content_length, token, token_ttl, single_count };
constexpr std::array<std::string_view, single_count> kSingles{
    "host", "authorization", "content-length", "x-aws-ec2-metadata-token",
    "x-aws-ec2-metadata-token-ttl-seconds"};

std::optional<HeadRefusal> check_field(const HeaderField& field, RequestHead& head,
                                       std::array<bool, single_count>& seen) {
  for (std::size_t i = 0; i < single_count; ++i) {
    if (field.name.size() != kSingles[i].size() || !same_name(field.name, kSingles[i])) continue;
    if (seen[i]) return i == host ? kBadHost : kTwice;
    seen[i] = true;
    return i == content_length ? check_length(field.value) : std::nullopt;
  }
  if (same_name(field.name, "transfer-encoding")) return kTransferEncoding;
  if (same_name(field.name, "expect")) return kExpect;
  if (same_name(field.name, "connection")) head.close = head.close || names_close(field.value);
  return std::nullopt;
}

std::optional<HeadRefusal> check_fields(RequestHead& head) {
  std::array<bool, single_count> seen{};
  for (const HeaderField& field : head.fields) {
    if (const auto refusal = check_field(field, head, seen)) return refusal;
  }
  return seen[host] || head.http10 ? std::nullopt : std::optional(kBadHost);
}

}  // namespace

std::optional<std::string_view> RequestHead::header(std::string_view name) const {
  for (const HeaderField& field : fields) {
    if (same_name(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::size_t find_head_end(std::string_view bytes) {
  std::size_t start = 0;
  for (;;) {
    const std::size_t end = bytes.find('\n', start);
    if (end == std::string_view::npos) return 0;
    const bool crlf = end > start && bytes[end - 1] == '\r';
    if (!crlf || end == start + 1) return end + 1;
    start = end + 1;
  }
}

std::optional<HeadRefusal> read_head(std::string_view bytes, RequestHead& head) {
  head.fields.clear();
  if (bytes.size() > kMostHeadBytes) return kLongHead;
  std::string_view line;
  if (!take_line(bytes, line)) return kBadLine;
  if (const auto refusal = read_request_line(line, head)) return refusal;
  head.close = head.http10;
  for (;;) {
    if (!take_line(bytes, line)) return kBadField;
    if (line.empty()) return check_fields(head);
    if (const auto refusal = read_field(line, head)) return refusal;
  }
}

}  // namespace mdh
