// Goal: no bytes but a sealed token pass, and a sealed one only for its user and its time.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/endpoint/session_token.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace mdh;
  const auto ring_of = [](std::string_view token) {
    TokenRing made;
    made.current = Secret(token);
    return made;
  };
  // Another ring to guess against: the comparisons below show the fuzzer the first one's tokens.
  static const TokenRing ring = ring_of("0123456789abcdefghijklmnopqrstuvwxyz");
  static const TokenRing never_shown = ring_of("zyxwvutsrqponmlkjihgfedcba9876543210");
  const WallTime now{milliseconds(1'800'000'000'000)};
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (check_session_token(never_shown, text, 1000, now) == SessionVerdict::good) std::abort();
  const std::string good = make_session_token(ring, {now, seconds(300), 1000, 1});
  std::string changed = good;
  for (std::size_t i = 0; i + 1 < size && i < 8; i += 2)
    changed[bytes[i] % changed.size()] = static_cast<char>(bytes[i + 1]);
  const bool passes = check_session_token(ring, changed, 1000, now) == SessionVerdict::good;
  if (passes != (changed == good)) std::abort();
  return 0;
}
