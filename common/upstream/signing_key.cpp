#include "common/upstream/signing_key.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <optional>

#include "common/ascii.h"
#include "common/secret.h"
#include "common/upstream/pem_content.h"

namespace mdh {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";

EVP_PKEY* pkey(void* key) {
  return static_cast<EVP_PKEY*>(key);
}

Error refused(std::string_view origin, std::string_view why, std::string_view hint) {
  return {ErrorClass::config, Stage::key,
          "cannot use the private key " + std::string(origin) + ": " + std::string(why),
          std::string(hint)};
}

constexpr std::string_view kPrivateHalf =
    "use the file that begins with -----BEGIN RSA PRIVATE KEY-----";
constexpr std::string_view kNewKey =
    "create an RSA key of 2048 bits or more for the service account in MyDataHelps Designer";

// What passes for a dash in a word processor: one to three bytes of UTF-8 each.
bool has_other_dashes(std::string_view text) {
  for (const std::string_view dash : {"\xe2\x80\x90", "\xe2\x80\x91", "\xe2\x80\x92",
                                      "\xe2\x80\x93", "\xe2\x80\x94", "\xe2\x88\x92"}) {
    if (contains(text, dash)) return true;
  }
  return false;
}

std::string_view label(std::string_view pem, std::string_view opening) {
  const std::size_t at = pem.find(opening);
  if (at == pem.npos) return {};
  const std::string_view rest = pem.substr(at + opening.size());
  return rest.substr(0, rest.find("-----"));
}

// What is no PEM text, or no whole one.
std::optional<Error> refused_by_shape(std::string_view pem, std::string_view origin) {
  if (!contains(pem, kBegin)) {
    if (has_other_dashes(pem) && contains(pem, "BEGIN")) {
      return refused(origin, "the dashes round BEGIN and END are not the keyboard's (ASCII)",
                     "write each of them as five plain hyphens: -----BEGIN RSA PRIVATE KEY-----");
    }
    return refused(origin, "it holds no PEM text (-----BEGIN RSA PRIVATE KEY-----)",
                   "put the whole key there, from the BEGIN line to the END line");
  }
  if (!contains(pem, "-----END ")) {
    return refused(origin, "it ends before its END line",
                   "put the whole key there; where a value is one line (docker --env-file), write "
                   "\\n for each line break, or base64 -w0 of the file");
  }
  return std::nullopt;
}

// What can be told from the armour alone, before any decoding.
std::optional<Error> refused_by_armour(std::string_view pem, std::string_view origin) {
  if (contains(pem, "BEGIN ENCRYPTED PRIVATE KEY") || contains(pem, "Proc-Type: 4,ENCRYPTED")) {
    return refused(origin, "it is encrypted with a passphrase, which nobody is here to type",
                   "decrypt it: openssl pkey -in KEY -out NEWKEY; then chmod 600 NEWKEY");
  }
  if (contains(pem, "BEGIN OPENSSH PRIVATE KEY")) {
    return refused(origin, "it is an OpenSSH key, not PEM", kNewKey);
  }
  const bool open = contains(pem, "PUBLIC KEY-----") || contains(pem, "CERTIFICATE-----");
  if (open && !contains(pem, "PRIVATE KEY-----")) {
    return refused(origin, "it is a public key or certificate; signing needs the private key",
                   kPrivateHalf);
  }
  return std::nullopt;
}

std::optional<Error> refused_by_kind(const EVP_PKEY* key, std::string_view origin) {
  if (EVP_PKEY_is_a(key, "EC")) {
    return refused(origin, "it is an EC key; RS256 needs RSA", kNewKey);
  }
  if (!EVP_PKEY_is_a(key, "RSA")) {
    const char* kind = EVP_PKEY_get0_type_name(key);
    return refused(
        origin,
        "it is of type " + std::string(kind == nullptr ? "unknown" : kind) + "; RS256 needs RSA",
        kNewKey);
  }
  const int bits = EVP_PKEY_get_bits(key);
  if (bits < kLeastBits) {
    return refused(origin,
                   "RSA of " + std::to_string(bits) + " bits is too weak; RS256 needs 2048 or more",
                   kNewKey);
  }
  return std::nullopt;
}

// A label that does not fit what is under it misleads OpenSSL, and every other message here.
std::optional<Error> mislabelled(std::string_view pem, std::string_view origin) {
  const PemContent content = pem_content(pem);
  // OpenSSL 3 takes PKCS#8 under the older label.
  const bool fits = content.meant.empty() || content.label == content.meant ||
                    (content.label == "RSA PRIVATE KEY" && content.meant == "PRIVATE KEY" &&
                     content.kind == "an RSA private key");
  if (fits) return std::nullopt;
  const std::string why =
      "its label says " + content.label + ", and what is under it is " + content.kind;
  if (!contains(content.meant, "PRIVATE")) return refused(origin, why, kPrivateHalf);
  if (content.kind != "an RSA private key") return refused(origin, why, kNewKey);
  return refused(origin, why,
                 "write " + content.meant + " in both lines in the place of " + content.label);
}

Error mangled(std::string_view pem, std::string_view origin) {
  if (contains(pem, "BEGIN EC PRIVATE KEY")) {
    return refused(origin, "it is an EC key; RS256 needs RSA", kNewKey);
  }
  const std::string_view begins = label(pem, kBegin);
  const std::string_view ends = label(pem, "-----END ");
  if (begins != ends && begins.size() < 40 && ends.size() < 40) {
    return refused(origin, "its BEGIN line and its END line name different things",
                   "copy the key again as a whole, both lines with it");
  }
  if (contains(pem, "\\n")) {
    return refused(origin, "its line breaks are written as \\n",
                   "replace every \\n by a real line break, or give the text as RKS_PRIVATE_KEY");
  }
  return refused(origin, "its PEM text is damaged (line breaks or characters lost in copying)",
                 "copy the key again as a whole; openssl pkey -in KEY -noout -text shows whether "
                 "it can be read");
}

// Without a callback OpenSSL would ask for a passphrase on the terminal.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

EVP_PKEY* decode(std::string_view pem) {
  BIO* source = BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()));
  if (source == nullptr) return nullptr;
  EVP_PKEY* key = PEM_read_bio_PrivateKey(source, nullptr, no_passphrase, nullptr);
  BIO_free(source);
  ERR_clear_error();
  return key;
}

// A public number of the key, the highest byte first.
std::string number(const EVP_PKEY* key, const char* name) {
  BIGNUM* read = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &read) != 1) return {};
  std::string bytes(static_cast<std::size_t>(BN_num_bytes(read)), '\0');
  BN_bn2bin(read, reinterpret_cast<unsigned char*>(bytes.data()));
  BN_free(read);
  return bytes;
}

}  // namespace

void SigningKey::Free::operator()(void* key) const {
  EVP_PKEY_free(pkey(key));
}

Result<SigningKey> SigningKey::from_pem(std::string_view pem, std::string_view origin) {
  if (const auto error = refused_by_shape(pem, origin)) return *error;
  const auto by_armour = refused_by_armour(pem, origin);
  std::unique_ptr<void, Free> key(by_armour ? nullptr : decode(pem));
  wipe_stack();
  if (!key) {
    if (const auto error = mislabelled(pem, origin)) return *error;
    return by_armour ? *by_armour : mangled(pem, origin);
  }
  if (const auto error = refused_by_kind(pkey(key.get()), origin)) return *error;
  return SigningKey(std::move(key));
}

std::string SigningKey::sign(std::string_view bytes) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  auto size = static_cast<std::size_t>(EVP_PKEY_get_size(pkey(key_.get())));
  std::string signature(size, '\0');
  const bool signed_well =
      context != nullptr &&
      EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, pkey(key_.get())) == 1 &&
      EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &size,
                     reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()) == 1;
  EVP_MD_CTX_free(context);
  // A key whose numbers do not belong together is their fault, not ours: an empty signature.
  ERR_clear_error();
  wipe_stack();
  signature.resize(signed_well ? size : 0);
  return signature;
}

Result<PublicKey> SigningKey::public_key(std::string_view origin) const {
  const std::string modulus = number(pkey(key_.get()), OSSL_PKEY_PARAM_RSA_N);
  const std::string exponent = number(pkey(key_.get()), OSSL_PKEY_PARAM_RSA_E);
  const auto key = PublicKey::from_numbers(modulus, exponent);
  if (!key) return refused(origin, "its numbers are no RSA key's", kNewKey);
  return *key;
}

}  // namespace mdh
