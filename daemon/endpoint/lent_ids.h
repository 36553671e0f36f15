// Whose ids the machine has lent to whom, read from its files: never on the loop.
#pragma once

#include "common/endpoint/id_owners.h"

namespace mdh {

// read_lent_ids() reads /etc/passwd, /etc/subuid and /etc/subgid; what is not there lends nothing.
IdOwners read_lent_ids();

}  // namespace mdh
