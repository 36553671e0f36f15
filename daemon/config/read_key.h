// Reads a private key from where the configuration says, afresh for every signature, so that a
// replaced key file is picked up by itself. The file must be a regular file, ours or root's, and
// closed to others.
#pragma once

#include <string>

#include "common/config/config.h"
#include "common/result.h"
#include "common/secret.h"
#include "common/upstream/signing_key.h"

namespace mdh {

// read_key() is the PEM text; an Error (class config, stage key) says whose file, which mode, what
// to do.
Result<Secret> read_key(const KeyReference& reference);
// load_signing_key() is the one way from a reference to a key: read and parsed; an Error as
// read_key()'s, or what kept the text from being a key for RS256.
Result<SigningKey> load_signing_key(const KeyReference& reference);
// described() is how errors name a key: its path, credential:NAME, env:VARIABLE, or a .env's place.
std::string described(const KeyReference& reference);
// key_file() is the path that the key is read from, or empty where it comes from no file.
std::string key_file(const KeyReference& reference);

}  // namespace mdh
