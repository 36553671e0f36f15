// The public half of an RSA key: what a signature is verified against, and what is registered in
// MyDataHelps Designer. Held in SSH's form (RFC 4253 section 6.6). Copyable; safe to share between
// threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace mdh {

// ssh_fingerprint() is how `ssh-add -l` names a key of whatever kind: SHA256: and unpadded base64.
std::string ssh_fingerprint(std::string_view blob);
// ssh_key_kind() is the name a key in SSH's form begins with ("ssh-rsa"); empty when there is none.
std::string_view ssh_key_kind(std::string_view blob);

class PublicKey {
 public:
  // from_ssh() reads an ssh-rsa key; nothing when it is of another kind, or no key that can be.
  static std::optional<PublicKey> from_ssh(std::string_view blob);
  // from_numbers() takes modulus and exponent as bytes, the highest first.
  static std::optional<PublicKey> from_numbers(std::string_view modulus, std::string_view exponent);

  const std::string& ssh_blob() const { return blob_; }
  std::string fingerprint() const { return ssh_fingerprint(blob_); }
  int bits() const;
  // signature_size() is how many bytes every signature of the key has.
  std::size_t signature_size() const;
  // pem() is the text to register: SubjectPublicKeyInfo, -----BEGIN PUBLIC KEY-----.
  std::string pem() const;
  // verifies() tells whether the signature is this key's RS256 over the bytes.
  bool verifies(std::string_view bytes, std::string_view signature) const;

 private:
  PublicKey(std::string blob, std::shared_ptr<void> key)
      : blob_(std::move(blob)), key_(std::move(key)) {}

  std::string blob_;
  std::shared_ptr<void> key_;
};

}  // namespace mdh
