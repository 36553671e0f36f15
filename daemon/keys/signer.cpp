#include "daemon/keys/signer.h"

#include "common/upstream/agent_message.h"
#include "daemon/keys/read_key.h"
#include "daemon/system/entropy.h"

namespace mdh {

Result<Signer> Signer::open(const AccountConfig& account, const Deadline& deadline) {
  const KeyReference& reference = account.private_key;
  std::string name = described(reference);
  if (reference.kind == KeyReference::Kind::agent) {
    Result<AgentKey> key = AgentKey::find(account, deadline);
    if (!key) return key.error();
    PublicKey public_key = key->public_key();
    return Signer(std::move(*key), std::move(public_key), std::move(name));
  }
  const Result<Secret> pem = read_key(reference);
  if (!pem) return pem.error();
  Result<SigningKey> key = SigningKey::from_pem(pem->reveal(), name);
  if (!key) return key.error();
  Result<PublicKey> public_key = key->public_key(name);
  if (!public_key) return public_key.error();
  return Signer(std::move(*key), std::move(*public_key), std::move(name));
}

Result<std::string> Signer::sign(std::string_view bytes, const Deadline& deadline) {
  AgentKey* in_agent = std::get_if<AgentKey>(&key_);
  Result<std::string> signature = in_agent != nullptr
                                      ? in_agent->sign(bytes, deadline)
                                      : Result<std::string>(std::get<SigningKey>(key_).sign(bytes));
  if (signature && !public_key_.verifies(bytes, *signature)) return unverified();
  return signature;
}

Error Signer::unverified() const {
  if (const AgentKey* in_agent = std::get_if<AgentKey>(&key_)) {
    return agent_fault(in_agent->agent(),
                       "signed with " + name_ + ", but the signature is not that key's",
                       "restart it; where the key is on a token, restart or replace that");
  }
  return {ErrorClass::config, Stage::key,
          "cannot sign with the private key " + name_ + ": its numbers do not belong together",
          "copy the key again as a whole, or create a new one in MyDataHelps Designer"};
}

Result<Assertion> sign_assertion(const AccountConfig& account, WallTime now,
                                 const Deadline& deadline) {
  Result<Signer> signer = Signer::open(account, deadline);
  if (!signer) return signer.error();
  std::string input = assertion_input(account, now, random_uuid());
  const Result<std::string> signature = signer->sign(input, deadline);
  if (!signature) return signature.error();
  return signed_assertion(std::move(input), *signature);
}

}  // namespace mdh
