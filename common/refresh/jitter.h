// A seeded stream of numbers in [0, 1) for spreading work (SplitMix64): the same seed gives the
// same stream, so that a simulated month can be replayed. Not for keys. A value; one owner.
#pragma once

#include <cstdint>
#include <string_view>

namespace mdh {

class Jitter {
 public:
  explicit Jitter(std::uint64_t seed) : state_(seed) {}
  // The second form is a stream of `name`'s own (FNV-1a): one project's failures then do not move
  // another's refresh times.
  Jitter(std::uint64_t seed, std::string_view name) : state_(seed ^ 0xcbf29ce484222325) {
    for (const char one : name) state_ = (state_ ^ static_cast<unsigned char>(one)) * 0x100000001b3;
  }

  // draw() is uniform in [0, 1).
  double draw() {
    state_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = state_;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    mixed ^= mixed >> 31;
    return static_cast<double>(mixed >> 11) * 0x1.0p-53;
  }

 private:
  std::uint64_t state_;
};

}  // namespace mdh
