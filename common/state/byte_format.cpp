#include "common/state/byte_format.h"

#include <array>
#include <bit>

namespace mdh {
namespace {

constexpr std::uint64_t kMostItems = 100000;  // a count that is nonsense is not worth trying
// The year 10000: sums and differences of a few such times are far from overflowing.
constexpr std::int64_t kLastTime = 253'402'300'800'000;

}  // namespace

void put(Secret& bytes, std::uint64_t number) {
  const auto raw = std::bit_cast<std::array<char, sizeof number>>(number);
  bytes.append({raw.data(), raw.size()});
}

void put(Secret& bytes, std::string_view text) {
  put(bytes, std::uint64_t{text.size()});
  bytes.append(text);
}

void put(Secret& bytes, milliseconds length) {
  put(bytes, static_cast<std::uint64_t>(length.count()));
}

void put(Secret& bytes, std::optional<milliseconds> length) {
  put(bytes, std::uint64_t{length.has_value()});
  put(bytes, length.value_or(milliseconds(0)));
}

void put(Secret& bytes, WallTime time) {
  put(bytes, time.time_since_epoch());
}

void put(Secret& bytes, Now now) {
  put(bytes, now.boot.time_since_epoch());
  put(bytes, now.wall);
}

std::uint64_t ByteReader::number() {
  const std::string_view raw = take(sizeof(std::uint64_t));
  std::array<char, sizeof(std::uint64_t)> copy{};
  if (raw.size() == copy.size()) raw.copy(copy.data(), copy.size());
  return std::bit_cast<std::uint64_t>(copy);
}

std::uint64_t ByteReader::count() {
  const std::uint64_t found = number();
  if (found > kMostItems) broken_ = true;
  return broken_ ? 0 : found;
}

milliseconds ByteReader::length() {
  const auto count = static_cast<std::int64_t>(number());
  if (count > kLastTime || count < -kLastTime) absurd_ = true;
  return milliseconds(absurd_ ? 0 : count);
}

std::optional<milliseconds> ByteReader::optional_length() {
  const bool there = number() != 0;
  const milliseconds found = length();
  return there ? std::optional(found) : std::nullopt;
}

Now ByteReader::clocks() {
  const BootTime boot{length()};
  return {boot, time()};
}

std::string_view ByteReader::take(std::uint64_t size) {
  if (broken_ || size > bytes_.size()) {
    broken_ = true;
    return {};
  }
  const std::string_view taken = bytes_.substr(0, size);
  bytes_.remove_prefix(size);
  return taken;
}

}  // namespace mdh
