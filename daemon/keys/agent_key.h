// An RSA key that an ssh-agent holds: found by its fingerprint, signed with, never seen. Move-only;
// one thread at a time.
#pragma once

#include <string>
#include <string_view>

#include "common/config/config.h"
#include "common/result.h"
#include "common/upstream/public_key.h"
#include "daemon/keys/agent_connection.h"
#include "daemon/keys/deadline.h"

namespace mdh {

class AgentKey {
 public:
  // find() asks the agents at agent_places() in turn for the account's key; where none holds it the
  // Error is of the first that answered, or says that none does.
  static Result<AgentKey> find(const AccountConfig& account, const Deadline& deadline);

  const PublicKey& public_key() const { return key_; }
  // sign() is the agent's signature over the bytes, unverified.
  Result<std::string> sign(std::string_view bytes, const Deadline& deadline);
  // agent() is where the agent listens.
  const std::string& agent() const { return agent_.path(); }

 private:
  AgentKey(AgentConnection agent, PublicKey key) : agent_(std::move(agent)), key_(std::move(key)) {}
  static Result<AgentKey> find_in(AgentConnection agent, const std::string& fingerprint,
                                  const Deadline& deadline);

  AgentConnection agent_;
  PublicKey key_;
};

}  // namespace mdh
