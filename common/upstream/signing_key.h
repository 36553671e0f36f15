// An RSA private key that signs RS256 (RFC 7518 section 3.3). Made from PEM: PKCS#1 (BEGIN RSA
// PRIVATE KEY, as MyDataHelps Designer issues it) or PKCS#8. Move-only; the key lives in OpenSSL's
// memory and is wiped with it. May be used by one thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/result.h"
#include "common/upstream/pem.h"

namespace mdh {

class SigningKey {
 public:
  // from_pem() refuses, each in its own words (class config, stage key): no PEM at all, a mangled
  // one, an encrypted one, a public key or certificate, EC or Ed25519, RSA under 2048 bits.
  // `origin` is how messages name it ("/etc/mdh-credentials/lab.pem").
  static Result<SigningKey> from_pem(std::string_view pem, std::string_view origin);

  // sign() is the RSASSA-PKCS1-v1_5 SHA-256 signature of the bytes, raw; empty when the key's
  // numbers do not belong together, so that it cannot sign.
  std::string sign(std::string_view bytes) const;
  int bits() const;
  // consistent() runs OpenSSL's full check of the key (36 ms and more: for `check`, not for a
  // refresh).
  bool consistent() const;

 private:
  struct Free {
    void operator()(void* key) const;
  };
  explicit SigningKey(std::unique_ptr<void, Free> key) : key_(std::move(key)) {}
  std::unique_ptr<void, Free> key_;
};

}  // namespace mdh
