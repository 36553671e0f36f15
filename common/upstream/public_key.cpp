#include "common/upstream/public_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include <algorithm>
#include <cstdlib>

#include "common/digest.h"
#include "common/encoding.h"
#include "common/upstream/ssh_wire.h"

namespace mdh {
namespace {

constexpr std::string_view kRsa = "ssh-rsa";
// More than OpenSSL itself would verify with: beyond these a key only keeps the processor busy.
constexpr std::size_t kLongestModulus = 16384 / 8;
constexpr std::size_t kLongestExponent = 8;

EVP_PKEY* pkey(const std::shared_ptr<void>& key) {
  return static_cast<EVP_PKEY*>(key.get());
}

struct FreeNumber {
  void operator()(BIGNUM* number) const { BN_free(number); }
};
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

Number number(std::string_view bytes) {
  return Number(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                          static_cast<int>(bytes.size()), nullptr));
}

std::string_view without_leading_zeros(std::string_view bytes) {
  bytes.remove_prefix(std::min(bytes.find_first_not_of('\0'), bytes.size()));
  return bytes;
}

// RFC 4251 section 5: a number whose highest bit is set would be a negative one.
void append_number(std::string& out, std::string_view bytes) {
  const bool negative = (static_cast<unsigned char>(bytes.front()) & 0x80) != 0;
  append_string(out, (negative ? std::string(1, '\0') : std::string()) + std::string(bytes));
}

EVP_PKEY* made_of(const BIGNUM* modulus, const BIGNUM* exponent) {
  EVP_PKEY* key = nullptr;
  OSSL_PARAM_BLD* build = OSSL_PARAM_BLD_new();
  OSSL_PARAM* numbers = nullptr;
  if (build != nullptr && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
      OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1) {
    numbers = OSSL_PARAM_BLD_to_param(build);
  }
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
  if (context != nullptr && numbers != nullptr && EVP_PKEY_fromdata_init(context) == 1) {
    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, numbers);
  }
  EVP_PKEY_CTX_free(context);
  OSSL_PARAM_free(numbers);
  OSSL_PARAM_BLD_free(build);
  ERR_clear_error();
  return key;
}

}  // namespace

std::string ssh_fingerprint(std::string_view blob) {
  std::string text = base64url_encode(view(sha256(blob)));
  std::replace(text.begin(), text.end(), '-', '+');
  std::replace(text.begin(), text.end(), '_', '/');
  return "SHA256:" + text;
}

std::string_view ssh_key_kind(std::string_view blob) {
  return SshReader(blob).string().value_or(std::string_view());
}

std::optional<PublicKey> PublicKey::from_ssh(std::string_view blob) {
  SshReader reader(blob);
  const auto kind = reader.string();
  const auto exponent = reader.string();
  const auto modulus = reader.string();
  if (!modulus || *kind != kRsa || !reader.at_end()) return std::nullopt;
  auto key = from_numbers(*modulus, *exponent);
  // Known by what the agent calls it, byte for byte.
  if (key) key->blob_ = blob;
  return key;
}

std::optional<PublicKey> PublicKey::from_numbers(std::string_view modulus,
                                                 std::string_view exponent) {
  modulus = without_leading_zeros(modulus);
  exponent = without_leading_zeros(exponent);
  const bool odd = !modulus.empty() && !exponent.empty() &&
                   (static_cast<unsigned char>(modulus.back()) & 1) != 0 &&
                   (static_cast<unsigned char>(exponent.back()) & 1) != 0;
  if (!odd || modulus.size() > kLongestModulus || exponent.size() > kLongestExponent) {
    return std::nullopt;
  }
  std::shared_ptr<void> key(made_of(number(modulus).get(), number(exponent).get()),
                            [](void* made) { EVP_PKEY_free(static_cast<EVP_PKEY*>(made)); });
  if (!key) return std::nullopt;
  std::string blob;
  append_string(blob, kRsa);
  append_number(blob, exponent);
  append_number(blob, modulus);
  return PublicKey(std::move(blob), std::move(key));
}

int PublicKey::bits() const {
  return EVP_PKEY_get_bits(pkey(key_));
}

std::size_t PublicKey::signature_size() const {
  return static_cast<std::size_t>(bits() + 7) / 8;
}

std::string PublicKey::pem() const {
  BIO* sink = BIO_new(BIO_s_mem());
  if (sink == nullptr || PEM_write_bio_PUBKEY(sink, pkey(key_)) != 1) std::abort();
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(sink, &bytes);
  std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(sink);
  return text;
}

bool PublicKey::verifies(std::string_view bytes, std::string_view signature) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  const bool good =
      context != nullptr &&
      EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, pkey(key_)) == 1 &&
      EVP_DigestVerify(context, reinterpret_cast<const unsigned char*>(signature.data()),
                       signature.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                       bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  ERR_clear_error();
  return good;
}

}  // namespace mdh
