// The ssh-agent protocol (draft-miller-ssh-agent), as far as an RSA key's signature needs it: what
// an agent is asked, and what it answers. Text in, values out: the socket is daemon/keys'. Whatever
// the agent sends ends in a value or an Error (class config, stage key), never in a blame on the
// service. Pure; thread-safe.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"
#include "common/upstream/public_key.h"

namespace mdh {

// A request is ready to send, its length in front; a reply is handed in without it.
std::string identities_request();
// sign_request() asks for rsa-sha2-256 (RFC 8332), which is RS256.
std::string sign_request(const PublicKey& key, std::string_view bytes);

// reply_size() is the length that stands in the four bytes before a reply; nothing when no honest
// agent would send so much, or nothing at all.
std::optional<std::size_t> reply_size(std::string_view four_bytes);

// AgentIdentity is a key that an agent offers, of whatever kind.
struct AgentIdentity {
  std::string blob;  // in SSH's form
  std::string comment;
};

// agent_fault() is an Error about the agent: "the ssh-agent at PATH" and what it did.
Error agent_fault(std::string_view agent, const std::string& what, std::string hint);

// read_identities() is what the agent at `agent` (its socket's path) holds.
Result<std::vector<AgentIdentity>> read_identities(std::string_view reply, std::string_view agent);
// find_key() is the RSA key of that fingerprint among them; the Error says whether there is none,
// none at all, or one that cannot sign RS256.
Result<PublicKey> find_key(const std::vector<AgentIdentity>& identities,
                           const std::string& fingerprint, std::string_view agent);
// read_signature() is the signature, as long as the key wants it; unverified.
Result<std::string> read_signature(std::string_view reply, const PublicKey& key,
                                   std::string_view agent);

}  // namespace mdh
