// `key`: the public half of an account's key, to be registered in MyDataHelps Designer; and a new
// key.
#pragma once

#include "daemon/verbs/command.h"

namespace mdh {

// print_key() prints the public half (BEGIN PUBLIC KEY) of the key of the named account, or of the
// only one, wherever the key is; with --new it makes a key first. Returns the exit status: 0
// printed, 1 no file could be made, 2 which account is meant is not known, 78 configuration or key.
int print_key(const Command& command);

}  // namespace mdh
