// The few types of SSH's wire (RFC 4251 section 5) that keys and an agent's messages are made of.
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mdh {

// append_uint32() adds four bytes, the highest first; append_string() a length and the bytes.
void append_uint32(std::string& out, std::uint32_t number);
void append_string(std::string& out, std::string_view bytes);

// SshReader takes one value after another; nothing when the bytes end before it does. What it lends
// is a part of the bytes that it was made from.
class SshReader {
 public:
  explicit SshReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<std::uint8_t> byte();
  std::optional<std::uint32_t> uint32();
  std::optional<std::string_view> string();
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace mdh
