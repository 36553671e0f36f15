// Whether an account's key can sign, found out by signing. Blocks, as the signer does.
#pragma once

#include "common/config/config.h"
#include "common/report/facts.h"

namespace mdh {

KeyFact examine_key(const AccountConfig& account);

}  // namespace mdh
