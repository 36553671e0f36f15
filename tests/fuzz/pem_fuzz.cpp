// Goal: no text crashes what reads keys; what is taken is taken when it is normalised again, and
// what is refused is refused in words that hold none of it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/upstream/pem.h"
#include "common/upstream/pem_content.h"
#include "common/upstream/public_key.h"
#include "common/upstream/signing_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const std::string normal = mdh::normalised_pem(text);
  (void)mdh::pem_content(normal);
  const auto key = mdh::SigningKey::from_pem(normal, "KEY");
  if (key) {
    if (key->public_key("KEY").value().bits() < 2048) std::abort();
    if (!mdh::SigningKey::from_pem(mdh::normalised_pem(normal), "KEY")) std::abort();
    return 0;
  }
  const std::string told = key.error().message + key.error().hint;
  if (key.error().message.empty() || key.error().hint.empty()) std::abort();
  // A label, of 40 characters at most, is all that may be shown of a text.
  std::size_t run = 0;
  for (const char c : told) {
    const bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    run = letter || (c >= '0' && c <= '9') || c == '+' || c == '/' ? run + 1 : 0;
    if (run > 40) std::abort();
  }
  return 0;
}
