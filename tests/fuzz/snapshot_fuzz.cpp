// Goal: no bytes in the fd store crash the program or come out as a set that was not put in: the
// input is tried as it is, and with a seal of its own.
#include <openssl/sha.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/state/snapshot.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  (void)mdh::read_snapshot(text, "boot").ok();
  std::string sealed(text);
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(bytes, size, digest);
  sealed.append(reinterpret_cast<const char*>(digest), sizeof digest);
  const auto snapshot = mdh::read_snapshot(sealed, "boot");
  if (!snapshot) return 0;
  for (const auto& entry : snapshot->entries) {
    if (entry.profile.empty() || !entry.credentials) std::abort();
  }
  return 0;
}
