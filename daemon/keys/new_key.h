// Makes a private key for a service account, in a file of its own. Blocks for a second or so.
#pragma once

#include <string>

#include "common/result.h"
#include "common/upstream/public_key.h"

namespace mdh {

// kNewKeyBits is a new key's length: NIST's word for use beyond 2030 (SP 800-57).
inline constexpr unsigned kNewKeyBits = 3072;

// make_key_file() puts a new RSA key into `path` (PKCS#8, mode 0600, on disk when it returns) and
// returns its public half. What is there already is left alone: an Error (class storage, stage
// key).
Result<PublicKey> make_key_file(const std::string& path);

}  // namespace mdh
