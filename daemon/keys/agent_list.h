// The RSA keys that this user's ssh-agents hold, for who has to choose one. Blocks until the
// deadline at the latest.
#pragma once

#include <string>
#include <vector>

#include "common/config/config.h"
#include "common/result.h"
#include "daemon/keys/deadline.h"

namespace mdh {

struct AgentListing {
  std::string fingerprint;  // "SHA256:…"
  std::string comment;      // as the agent shows it
  std::string socket;       // where the agent listens
};

// agent_keys() asks the agents at agent_places() in turn; an Error (class config, stage key) where
// none answers.
Result<std::vector<AgentListing>> agent_keys(const AccountConfig& account,
                                             const Deadline& deadline);

}  // namespace mdh
