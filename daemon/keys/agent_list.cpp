#include "daemon/keys/agent_list.h"

#include <algorithm>
#include <optional>

#include "common/upstream/agent_message.h"
#include "daemon/keys/agent_connection.h"
#include "daemon/keys/agent_places.h"

namespace mdh {
namespace {

Done list_at(const std::string& place, const Deadline& deadline, std::vector<AgentListing>& keys) {
  auto agent = AgentConnection::open(place, deadline);
  if (!agent) return agent.error();
  const auto reply = agent->ask(identities_request(), deadline);
  if (!reply) return reply.error();
  const auto identities = read_identities(*reply, place);
  if (!identities) return identities.error();
  for (const AgentIdentity& one : *identities) {
    const std::string fingerprint = ssh_fingerprint(one.blob);
    const bool known = std::any_of(keys.begin(), keys.end(), [&](const AgentListing& key) {
      return key.fingerprint == fingerprint;
    });
    if (ssh_key_kind(one.blob) == "ssh-rsa" && !known) {
      keys.push_back({fingerprint, one.comment, place});
    }
  }
  return done();
}

}  // namespace

Result<std::vector<AgentListing>> agent_keys(const AccountConfig& account,
                                             const Deadline& deadline) {
  std::vector<AgentListing> keys;
  std::optional<Error> refused;
  bool answered = false;
  for (const std::string& place : agent_places(account)) {
    const Done listed = list_at(place, deadline, keys);
    answered |= listed.ok();
    if (!listed && !refused) refused = listed.error();
  }
  if (!answered && refused) return *refused;
  return keys;
}

}  // namespace mdh
