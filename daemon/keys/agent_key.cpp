#include "daemon/keys/agent_key.h"

#include <optional>

#include "common/upstream/agent_message.h"
#include "daemon/keys/agent_places.h"
#include "daemon/system/environment.h"

namespace mdh {
namespace {

Error no_agent(const std::vector<std::string>& places) {
  std::string tried;
  for (const std::string& place : places) tried += (tried.empty() ? "" : ", ") + place;
  const bool named = environment_variable("SSH_AUTH_SOCK").has_value();
  return {ErrorClass::config, Stage::key,
          std::string("no ssh-agent answers: ") + (named ? "" : "$SSH_AUTH_SOCK is not set, and ") +
              "there is none at " + tried,
          "start one (systemctl --user enable --now ssh-agent, or gpg-agent with "
          "enable-ssh-support), or name its socket in agent_socket"};
}

}  // namespace

Result<AgentKey> AgentKey::find(const AccountConfig& account, const Deadline& deadline) {
  const auto places = agent_places(account);
  const bool configured = !account.agent_socket.empty();
  std::optional<Error> answered;
  for (const std::string& place : places) {
    auto agent = AgentConnection::open(place, deadline);
    if (!agent && configured) return agent.error();
    if (!agent) continue;
    auto key = find_in(std::move(*agent), account.private_key.name, deadline);
    if (key) return key;
    if (!answered) answered = key.error();
  }
  return answered ? *answered : no_agent(places);
}

Result<AgentKey> AgentKey::find_in(AgentConnection agent, const std::string& fingerprint,
                                   const Deadline& deadline) {
  const auto reply = agent.ask(identities_request(), deadline);
  if (!reply) return reply.error();
  const auto identities = read_identities(*reply, agent.path());
  if (!identities) return identities.error();
  auto key = find_key(*identities, fingerprint, agent.path());
  if (!key) return key.error();
  return AgentKey(std::move(agent), std::move(*key));
}

Result<std::string> AgentKey::sign(std::string_view bytes, const Deadline& deadline) {
  const auto reply = agent_.ask(sign_request(key_, bytes), deadline);
  if (!reply) return reply.error();
  return read_signature(*reply, key_, agent_.path());
}

}  // namespace mdh
