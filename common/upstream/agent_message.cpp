#include "common/upstream/agent_message.h"

#include <algorithm>
#include <cstdint>

#include "common/upstream/signing_key.h"
#include "common/upstream/ssh_wire.h"

namespace mdh {
namespace {

enum Message : std::uint8_t {
  kFailure = 5,
  kRequestIdentities = 11,
  kIdentitiesAnswer = 12,
  kSignRequest = 13,
  kSignResponse = 14
};
constexpr std::uint32_t kSha256Flag = 2;  // SSH_AGENT_RSA_SHA2_256
constexpr std::string_view kSha256 = "rsa-sha2-256";
constexpr std::size_t kLongestReply = std::size_t{256} * 1024;  // OpenSSH's own limit

std::string framed(const std::string& message) {
  std::string whole;
  append_string(whole, message);
  return whole;
}

Error nonsense(std::string_view agent, const std::string& what) {
  return agent_fault(agent, "answers nonsense: " + what,
                     "restart it; mdh-credentials check tries it at once");
}

Error unlisted(const std::string& fingerprint, std::size_t others, std::string_view agent) {
  if (others == 0) {
    return agent_fault(
        agent,
        "lists no key at all, so not " + fingerprint +
            ": it is locked, or none was added, or its lifetime is over",
        "ssh-add -X unlocks it; ssh-add KEY (a token's: ssh-add -s MODULE) adds one");
  }
  return agent_fault(agent,
                     "does not hold the key " + fingerprint + ", but " + std::to_string(others) +
                         (others == 1 ? " other" : " others"),
                     "ssh-add KEY (a token's: ssh-add -s MODULE) adds it; ssh-add -l lists what "
                     "private_key may name");
}

// What one answer stands for; the agent tells no more.
Error refused(std::string_view agent, const PublicKey& key) {
  return agent_fault(
      agent,
      "refused to sign with the key " + key.fingerprint() +
          ": it is locked, or the key was removed or its lifetime is over, or a "
          "confirmation or PIN was refused, or its PKCS#11 helper died",
      "ssh-add -X unlocks it; else add the key again, without -c; where the helper died, "
      "restart the agent and then ssh-add -s MODULE");
}

}  // namespace

Error agent_fault(std::string_view agent, const std::string& what, std::string hint) {
  return {ErrorClass::config, Stage::key, "the ssh-agent at " + std::string(agent) + " " + what,
          std::move(hint)};
}

std::string identities_request() {
  return framed(std::string(1, static_cast<char>(kRequestIdentities)));
}

std::string sign_request(const PublicKey& key, std::string_view bytes) {
  std::string message(1, static_cast<char>(kSignRequest));
  append_string(message, key.ssh_blob());
  append_string(message, bytes);
  append_uint32(message, kSha256Flag);
  return framed(message);
}

std::optional<std::size_t> reply_size(std::string_view four_bytes) {
  const auto size = SshReader(four_bytes).uint32();
  if (!size || *size == 0 || *size > kLongestReply) return std::nullopt;
  return *size;
}

Result<std::vector<AgentIdentity>> read_identities(std::string_view reply, std::string_view agent) {
  SshReader reader(reply);
  const auto kind = reader.byte();
  if (kind == kFailure) {
    return agent_fault(agent, "refuses to list its keys", "unlock it: ssh-add -X");
  }
  const auto count = reader.uint32();
  if (kind != kIdentitiesAnswer || !count) return nonsense(agent, "no list of keys");
  std::vector<AgentIdentity> identities;
  // The count is the agent's word alone; memory is taken for what is really there.
  for (std::uint32_t i = 0; i < *count; ++i) {
    const auto blob = reader.string();
    const auto comment = reader.string();
    if (!blob || !comment) return nonsense(agent, "a list of keys that is cut off");
    identities.push_back({std::string(*blob), std::string(*comment)});
  }
  if (!reader.at_end()) return nonsense(agent, "a list of keys with something behind it");
  return identities;
}

Result<PublicKey> find_key(const std::vector<AgentIdentity>& identities,
                           const std::string& fingerprint, std::string_view agent) {
  const auto found = std::find_if(
      identities.begin(), identities.end(),
      [&](const AgentIdentity& one) { return ssh_fingerprint(one.blob) == fingerprint; });
  if (found == identities.end()) return unlisted(fingerprint, identities.size(), agent);
  const std::string cure = "name an RSA key of " + std::to_string(kLeastBits) +
                           " bits or more in private_key; ssh-add -l lists them";
  const auto key = PublicKey::from_ssh(found->blob);
  if (!key) {
    return agent_fault(agent, "holds " + fingerprint + ", but it is no RSA key; RS256 needs RSA",
                       cure);
  }
  if (key->bits() < kLeastBits) {
    return agent_fault(agent,
                       "holds " + fingerprint + ", but RSA of " + std::to_string(key->bits()) +
                           " bits is too weak",
                       cure);
  }
  return *key;
}

Result<std::string> read_signature(std::string_view reply, const PublicKey& key,
                                   std::string_view agent) {
  SshReader reader(reply);
  const auto kind = reader.byte();
  if (kind == kFailure) return refused(agent, key);
  const auto whole = reader.string();
  if (kind != kSignResponse || !whole || !reader.at_end()) {
    return nonsense(agent, "no signature");
  }
  SshReader inner(*whole);
  const auto algorithm = inner.string();
  const auto signature = inner.string();
  if (!algorithm || !signature || !inner.at_end()) {
    return nonsense(agent, "a signature that is cut off");
  }
  if (*algorithm != kSha256) {
    return agent_fault(agent, "cannot sign by rsa-sha2-256, which RS256 is",
                       "use OpenSSH's ssh-agent or gpg-agent");
  }
  const std::size_t size = key.signature_size();
  if (signature->size() > size) return nonsense(agent, "a signature that is too long");
  // An agent may drop the zeros in front (GnuPG's did, once in 256 times); JWS wants them.
  return std::string(size - signature->size(), '\0') + std::string(*signature);
}

}  // namespace mdh
