// An RSA private key that signs RS256 (RFC 7518 section 3.3). Made from PEM: PKCS#1 (BEGIN RSA
// PRIVATE KEY, as MyDataHelps Designer issues it) or PKCS#8. Move-only; the key lives in OpenSSL's
// memory and is wiped with it. May be used by one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/result.h"
#include "common/upstream/pem.h"
#include "common/upstream/public_key.h"

namespace mdh {

// kLeastBits is the shortest modulus that RS256 allows (RFC 7518 section 3.3).
inline constexpr int kLeastBits = 2048;

class SigningKey {
 public:
  // from_pem() refuses, each in its own words (class config, stage key): no PEM at all, a mangled
  // one, an encrypted one, a public key or certificate, EC or Ed25519, RSA under 2048 bits.
  // `origin` is how messages name it ("/etc/mdh-credentials/lab.pem").
  static Result<SigningKey> from_pem(std::string_view pem, std::string_view origin);

  // sign() is the RSASSA-PKCS1-v1_5 SHA-256 signature of the bytes, raw; empty when the key's
  // numbers do not belong together, so that it cannot sign.
  std::string sign(std::string_view bytes) const;
  // public_key() is its other half; an Error (class config, stage key) when there can be none to
  // such numbers. `origin` as from_pem()'s.
  Result<PublicKey> public_key(std::string_view origin) const;

 private:
  struct Free {
    void operator()(void* key) const;
  };
  explicit SigningKey(std::unique_ptr<void, Free> key) : key_(std::move(key)) {}
  std::unique_ptr<void, Free> key_;
};

}  // namespace mdh
