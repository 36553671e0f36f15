// The key that `setup` was given, wherever it is: tried at once, chosen among an agent's, and read
// where it has to go into a file of its own. Blocks while an agent thinks.
#pragma once

#include <memory>
#include <string>

#include "common/config/config.h"
#include "common/result.h"
#include "common/secret.h"
#include "daemon/verbs/command.h"

namespace mdh {

// key_is_usable() tells whether `given` (a path, agent:SHA256:…, a PEM text) can sign; "agent:"
// alone, which leaves the choice for later, passes where some agent has an RSA key.
Done key_is_usable(const std::string& given);

// settle_key() makes the account's key one that a service can use, and chooses where it says
// "agent:"; the result is the text to put into a file of its own (a text or a variable's, for the
// system unit a file's, too), or null. An Error (class config, stage key) says why it cannot sign.
Result<std::shared_ptr<const Secret>> settle_key(const Command& command, AccountConfig& account);

}  // namespace mdh
