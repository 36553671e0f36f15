// Goal: no bytes in the fd store crash the program or come out as a set that was not put in: the
// input is tried as it is, and under the version's first line and a digest of its own.
#include <openssl/sha.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "common/state/snapshot.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  (void)mdh::read_snapshot(text, "boot").ok();
  static const std::string opening = [] {
    const mdh::Secret whole = mdh::write_snapshot({}, {}, {"boot", {}});
    return std::string(whole.reveal().substr(0, whole.reveal().find('\n') + 1));
  }();
  std::string sealed = opening;
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(bytes, size, digest);
  sealed.append(reinterpret_cast<const char*>(digest), sizeof digest);
  sealed.append(text);
  const auto snapshot = mdh::read_snapshot(sealed, "boot");
  if (!snapshot) return 0;
  for (const auto& entry : snapshot->entries) {
    if (entry.profile.empty() || !entry.credentials) std::abort();
  }
  return 0;
}
