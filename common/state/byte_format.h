// The bytes of a snapshot: numbers of eight bytes in the machine's own order, texts after their
// length, times as milliseconds. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/secret.h"
#include "common/timestamp.h"

namespace mdh {

// put() appends one value.
void put(Secret& bytes, std::uint64_t number);
void put(Secret& bytes, std::string_view text);
void put(Secret& bytes, milliseconds length);
void put(Secret& bytes, std::optional<milliseconds> length);
void put(Secret& bytes, WallTime time);
void put(Secret& bytes, Now now);

// ByteReader takes the same things off the front of the bytes. Once something is missing all that
// follows reads as empty, and whole() is false.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint64_t number();
  // count() is a number of items; one that is nonsense breaks the reading.
  std::uint64_t count();
  std::string_view text() { return take(number()); }
  // length() is one that a time or a life may have; another one is absurd().
  milliseconds length();
  std::optional<milliseconds> optional_length();
  WallTime time() { return WallTime(length()); }
  Now clocks();
  bool broken() const { return broken_; }
  bool at_end() const { return bytes_.empty(); }
  bool whole() const { return !broken_ && bytes_.empty(); }
  bool absurd() const { return absurd_; }

 private:
  std::string_view take(std::uint64_t size);

  std::string_view bytes_;
  bool broken_ = false;
  bool absurd_ = false;
};

}  // namespace mdh
