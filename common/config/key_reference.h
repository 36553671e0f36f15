// Where an account's private key is, as the configuration says it: a value, not the key.
#pragma once

#include <memory>
#include <string>

#include "common/secret.h"

namespace mdh {

// KeyReference says where an account's private key is; the daemon reads it afresh for every
// signature.
struct KeyReference {
  enum class Kind { file, credential, environment, text };
  Kind kind = Kind::file;
  std::string name;  // a path, a systemd credential, a variable; for `text` its origin
  std::shared_ptr<const Secret>
      text{};  // only for `text`: the PEM itself, out of a .env file or variable

  friend bool operator==(const KeyReference& left, const KeyReference& right);
};

}  // namespace mdh
