// Keys for tests, made at run time and never stored. Each kind is made once a process.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace mdh::test {

struct FreePkey {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
using Pkey = std::unique_ptr<EVP_PKEY, FreePkey>;

inline std::string drained(BIO* sink) {
  char* text = nullptr;
  const long size = BIO_get_mem_data(sink, &text);
  std::string copy(text, static_cast<std::size_t>(size));
  BIO_free(sink);
  return copy;
}

inline Pkey new_rsa(unsigned bits) {
  return Pkey(EVP_RSA_gen(bits));
}

inline EVP_PKEY* shared_rsa() {
  static const Pkey key = new_rsa(2048);
  return key.get();
}

// As Designer issues it: PKCS#1, BEGIN RSA PRIVATE KEY.
inline std::string pkcs1(EVP_PKEY* key, const EVP_CIPHER* cipher = nullptr) {
  BIO* sink = BIO_new(BIO_s_mem());
  unsigned char passphrase[] = "secret";
  PEM_write_bio_PrivateKey_traditional(sink, key, cipher, cipher == nullptr ? nullptr : passphrase,
                                       cipher == nullptr ? 0 : 6, nullptr, nullptr);
  return drained(sink);
}

inline std::string pkcs8(EVP_PKEY* key, const EVP_CIPHER* cipher = nullptr) {
  BIO* sink = BIO_new(BIO_s_mem());
  PEM_write_bio_PKCS8PrivateKey(sink, key, cipher, cipher == nullptr ? nullptr : "secret",
                                cipher == nullptr ? 0 : 6, nullptr, nullptr);
  return drained(sink);
}

inline std::string public_pem(EVP_PKEY* key) {
  BIO* sink = BIO_new(BIO_s_mem());
  PEM_write_bio_PUBKEY(sink, key);
  return drained(sink);
}

inline bool verifies(EVP_PKEY* key, std::string_view bytes, std::string_view signature) {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good =
      EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key) == 1 &&
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  return good;
}

}  // namespace mdh::test
