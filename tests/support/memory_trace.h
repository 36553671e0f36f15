// Looks for a secret in all writable memory of this process but the stacks that are marked as one.
#pragma once

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>

#include "common/secret.h"

namespace mdh::test {

// Trace is a text that is held scrambled, so that looking for it finds no copy of its own. Another
// seed is another text.
class Trace {
 public:
  explicit Trace(unsigned seed) {
    for (char& c : scrambled_) {
      seed = seed * 1103515245 + 12345;
      c = static_cast<char>(('A' + (seed >> 16) % 26) ^ kMask);
    }
  }

  Secret secret() const {
    Secret clear;
    for (const char c : scrambled_) {
      const char one = static_cast<char>(c ^ kMask);
      clear.append({&one, 1});
    }
    return clear;
  }

  int copies_in_memory() const {
    int copies = 0;
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);) {
      std::uintptr_t from = 0;
      std::uintptr_t until = 0;
      char mode[5] = {};
      std::sscanf(line.c_str(), "%lx-%lx %4s", &from, &until, mode);
      if (std::string_view(mode) != "rw-p" || line.find("[stack]") != line.npos) continue;
      copies +=
          copies_between(reinterpret_cast<const char*>(from), reinterpret_cast<const char*>(until));
    }
    return copies;
  }

 private:
  static constexpr char kMask = 0x55;

  // malloc writes into the first bytes of what is freed; the rest tells.
  int copies_between(const char* from, const char* until) const {
    const std::string_view rest = std::string_view(scrambled_.data(), scrambled_.size()).substr(16);
    int copies = 0;
    for (const char* at = from; at + rest.size() <= until; ++at) {
      std::size_t same = 0;
      while (same < rest.size() && (at[same] ^ kMask) == rest[same]) ++same;
      if (same == rest.size()) ++copies;
    }
    return copies;
  }

  std::array<char, 48> scrambled_{};
};

}  // namespace mdh::test
