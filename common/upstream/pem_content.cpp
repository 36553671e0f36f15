#include "common/upstream/pem_content.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "common/encoding.h"
#include "common/secret.h"

namespace mdh {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";

struct Kind {
  const char* label = "";
  const char* words = "";
};

using Der = const unsigned char*;

Kind of_private_key(const EVP_PKEY* key, Der der, long size) {
  Der at = der;
  PKCS8_PRIV_KEY_INFO* wrapped = d2i_PKCS8_PRIV_KEY_INFO(nullptr, &at, size);
  const bool pkcs8 = wrapped != nullptr;
  PKCS8_PRIV_KEY_INFO_free(wrapped);
  if (EVP_PKEY_is_a(key, "RSA")) {
    return {pkcs8 ? "PRIVATE KEY" : "RSA PRIVATE KEY", "an RSA private key"};
  }
  if (EVP_PKEY_is_a(key, "EC")) {
    return {pkcs8 ? "PRIVATE KEY" : "EC PRIVATE KEY", "an EC private key"};
  }
  return {"PRIVATE KEY", "a private key that is not RSA"};
}

Kind kind_of(std::string_view der) {
  const auto* const bytes = reinterpret_cast<Der>(der.data());
  const auto size = static_cast<long>(der.size());
  Kind kind;
  Der at = bytes;
  if (EVP_PKEY* key = d2i_AutoPrivateKey(nullptr, &at, size)) {
    kind = of_private_key(key, bytes, size);
    EVP_PKEY_free(key);
  } else if (at = bytes; EVP_PKEY* open = d2i_PUBKEY(nullptr, &at, size)) {
    kind = {"PUBLIC KEY", "a public key"};
    EVP_PKEY_free(open);
  } else if (at = bytes; X509* certificate = d2i_X509(nullptr, &at, size)) {
    kind = {"CERTIFICATE", "a certificate"};
    X509_free(certificate);
  }
  ERR_clear_error();
  wipe_stack();
  return kind;
}

}  // namespace

PemContent pem_content(std::string_view pem) {
  constexpr std::size_t kLongestLabel = 40;
  const std::size_t begin = pem.find(kBegin);
  if (begin == pem.npos) return {};
  pem.remove_prefix(begin + kBegin.size());
  const std::size_t label_end = pem.find(kDashes);
  if (label_end == pem.npos || label_end > kLongestLabel) return {};
  const std::string_view rest = pem.substr(label_end + kDashes.size());
  auto der = base64_decode(rest.substr(0, rest.find(kDashes)));
  if (!der) return {};
  const Kind kind = kind_of(*der);
  wipe(*der);
  return {std::string(pem.substr(0, label_end)), kind.label, kind.words};
}

}  // namespace mdh
