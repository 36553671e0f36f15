#include "common/upstream/ssh_wire.h"

namespace mdh {

void append_uint32(std::string& out, std::uint32_t number) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(number >> shift & 0xff);
}

void append_string(std::string& out, std::string_view bytes) {
  append_uint32(out, static_cast<std::uint32_t>(bytes.size()));
  out += bytes;
}

std::optional<std::uint8_t> SshReader::byte() {
  if (rest_.empty()) return std::nullopt;
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::optional<std::uint32_t> SshReader::uint32() {
  if (rest_.size() < 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const char byte : rest_.substr(0, 4)) value = value << 8 | static_cast<std::uint8_t>(byte);
  rest_.remove_prefix(4);
  return value;
}

std::optional<std::string_view> SshReader::string() {
  const auto size = uint32();
  if (!size || *size > rest_.size()) return std::nullopt;
  const std::string_view bytes = rest_.substr(0, *size);
  rest_.remove_prefix(*size);
  return bytes;
}

}  // namespace mdh
