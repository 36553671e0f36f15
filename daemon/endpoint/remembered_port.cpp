#include "daemon/endpoint/remembered_port.h"

#include <charconv>

#include "daemon/system/read_file.h"
#include "daemon/system/write_file.h"

namespace mdh {
namespace {

std::string memory(const std::string& state_dir) {
  return state_dir + "/port";
}

}  // namespace

std::optional<std::uint16_t> remembered_port(const std::string& state_dir) {
  const auto text = read_text(memory(state_dir), 16);
  std::uint16_t port = 0;
  if (!text) return std::nullopt;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), port);
  return read.ec == std::errc() && port != 0 ? std::optional(port) : std::nullopt;
}

Done remember_port(const std::string& state_dir, std::uint16_t port) {
  if (remembered_port(state_dir) == port) return done();
  return write_small_file(memory(state_dir), std::to_string(port));
}

}  // namespace mdh
