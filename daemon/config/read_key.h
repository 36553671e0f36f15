// Reads a private key from where the configuration says, afresh for every signature, so that a
// replaced key file is picked up by itself. The file must be a regular file, ours or root's, and
// closed to others.
#pragma once

#include "common/config/config.h"
#include "common/result.h"
#include "common/secret.h"

namespace mdh {

// read_key() is the PEM text; an Error (class config, stage key) says whose file, which mode, what
// to do.
Result<Secret> read_key(const KeySource& source);

}  // namespace mdh
