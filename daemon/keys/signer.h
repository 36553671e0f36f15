// Signs by RS256 with an account's key, wherever it is: in a file, a systemd credential, a
// variable, a .env, or in an ssh-agent that never gives it away. The one way from a key's reference
// to a signature, for serve, once, check and key. Blocks, until the deadline at the latest where an
// agent is asked. Move-only; one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "common/config/config.h"
#include "common/result.h"
#include "common/upstream/assertion.h"
#include "common/upstream/public_key.h"
#include "common/upstream/signing_key.h"
#include "daemon/keys/agent_key.h"
#include "daemon/keys/deadline.h"

namespace mdh {

class Signer {
 public:
  // open() reads the key, or finds its agent; an Error (class config, stage key) says whose file,
  // which agent, why, and what to do. The service is never asked and never blamed.
  static Result<Signer> open(const AccountConfig& account, const Deadline& deadline);

  // public_key() is the half to be registered in MyDataHelps Designer.
  const PublicKey& public_key() const { return public_key_; }
  // sign() is the signature over the bytes, verified against public_key(): what a damaged key or a
  // broken token makes is an Error here and not a riddle at the service.
  Result<std::string> sign(std::string_view bytes, const Deadline& deadline);

 private:
  Signer(std::variant<SigningKey, AgentKey> key, PublicKey public_key, std::string name)
      : key_(std::move(key)), public_key_(std::move(public_key)), name_(std::move(name)) {}
  Error unverified() const;

  std::variant<SigningKey, AgentKey> key_;
  PublicKey public_key_;
  std::string name_;  // how messages name the key
};

// sign_assertion() is the account's assertion, made the same way for every kind of key. `now` is
// the time by upstream's clock where that is known.
Result<Assertion> sign_assertion(const AccountConfig& account, WallTime now,
                                 const Deadline& deadline);

}  // namespace mdh
