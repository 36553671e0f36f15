// Goal: whatever an agent answers, no crash, and no signature that is not of its key's length. The
// first byte picks the question; the fingerprint asked for is the first offered key's.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "common/upstream/agent_message.h"

namespace {

using namespace mdh;

const PublicKey& some_key() {
  static const PublicKey key = *PublicKey::from_numbers(std::string(256, '\x7f'), "\x01\x01");
  return key;
}

void list(std::string_view reply) {
  const auto identities = read_identities(reply, "agent");
  if (!identities || identities->empty()) return;
  const std::string fingerprint = ssh_fingerprint(identities->front().blob);
  const auto key = find_key(*identities, fingerprint, "agent");
  if (key && (key->fingerprint() != fingerprint || key->bits() < 2048)) std::abort();
  if (key && key->verifies("text", std::string(key->signature_size(), 's'))) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const auto announced = reply_size(text.substr(0, 4));
  if (announced && (*announced == 0 || *announced > 262144)) std::abort();
  if (bytes[0] % 2 == 0) {
    list(text);
    return 0;
  }
  const auto signature = read_signature(text, some_key(), "agent");
  if (signature && signature->size() != some_key().signature_size()) std::abort();
  return 0;
}
