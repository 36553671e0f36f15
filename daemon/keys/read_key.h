// Reads a private key's text from where the configuration says, afresh for every signature, so that
// a replaced key file is picked up by itself. The file must be a regular file, ours or root's, and
// closed to others.
#pragma once

#include <string>

#include "common/config/key_reference.h"
#include "common/result.h"
#include "common/secret.h"

namespace mdh {

// read_key() is the PEM text; an Error (class config, stage key) says whose file, which mode, what
// to do.
Result<Secret> read_key(const KeyReference& reference);
// key_file() is the path that the key is read from, or empty where it comes from no file.
std::string key_file(const KeyReference& reference);

}  // namespace mdh
