// Where an account's private key is, as the configuration says it: a value, not the key.
#pragma once

#include <memory>
#include <string>

#include "common/secret.h"

namespace mdh {

// KeyReference says where an account's private key is; the daemon goes there afresh for every
// signature.
struct KeyReference {
  enum class Kind { file, credential, environment, text, agent };
  Kind kind = Kind::file;
  // A path, a systemd credential, a variable, an agent's key's fingerprint; for `text` its origin.
  std::string name;
  std::shared_ptr<const Secret>
      text{};  // only for `text`: the PEM itself, out of a .env file or variable

  friend bool operator==(const KeyReference& left, const KeyReference& right);
};

// described() is how messages name a key: its path, credential:NAME, env:VARIABLE,
// agent:SHA256:FINGERPRINT, or a .env's place.
std::string described(const KeyReference& reference);

}  // namespace mdh
