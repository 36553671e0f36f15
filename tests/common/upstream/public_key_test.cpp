// Goal: a public key is the same key whether it comes from a PEM or from an agent, and verifies
// what OpenSSL's private half signs and nothing else.
#include "common/upstream/public_key.h"

#include <gmock/gmock.h>

#include "common/upstream/signing_key.h"
#include "common/upstream/ssh_wire.h"
#include "tests/support/keys.h"

namespace mdh {
namespace {

using test::shared_rsa;
using testing::StartsWith;

PublicKey shared_half() {
  const auto key = SigningKey::from_pem(test::pkcs1(shared_rsa()), "shared");
  return key.value().public_key("shared").value();
}

std::string rsa_blob(std::string_view exponent, std::string_view modulus) {
  std::string blob;
  append_string(blob, "ssh-rsa");
  append_string(blob, exponent);
  append_string(blob, modulus);
  return blob;
}

TEST(PublicKey, IsTheSameOutOfPemAndOutOfItsSshForm) {
  const PublicKey half = shared_half();
  const auto again = PublicKey::from_ssh(half.ssh_blob());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->pem(), test::public_pem(shared_rsa()));
  EXPECT_EQ(again->fingerprint(), half.fingerprint());
  EXPECT_EQ(again->bits(), 2048);
  EXPECT_EQ(again->signature_size(), 256U);
}

TEST(PublicKey, VerifiesItsOwnSignaturesAlone) {
  const PublicKey half = shared_half();
  const auto key = SigningKey::from_pem(test::pkcs1(shared_rsa()), "shared");
  std::string signature = key.value().sign("text");
  EXPECT_TRUE(half.verifies("text", signature));
  EXPECT_FALSE(half.verifies("other", signature));
  EXPECT_FALSE(half.verifies("text", ""));
  EXPECT_FALSE(half.verifies("text", signature + "x"));
  signature[7] = static_cast<char>(signature[7] ^ 1);
  EXPECT_FALSE(half.verifies("text", signature));
}

// The fingerprint of a key made by OpenSSH 9.2, as its ssh-keygen -l prints it.
TEST(PublicKey, HasTheFingerprintThatSshKeygenPrints) {
  EXPECT_EQ(ssh_fingerprint(""), "SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU");
  EXPECT_THAT(shared_half().fingerprint(), StartsWith("SHA256:"));
  EXPECT_EQ(shared_half().fingerprint().size(), 7U + 43U);
}

TEST(PublicKey, TakesNothingThatIsNoRsaKey) {
  const std::string whole = shared_half().ssh_blob();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(PublicKey::from_ssh(whole.substr(0, size))) << size;
  }
  EXPECT_FALSE(PublicKey::from_ssh(whole + "x"));
  std::string other;
  append_string(other, "ssh-ed25519");
  append_string(other, std::string(32, 'k'));
  EXPECT_FALSE(PublicKey::from_ssh(other));
  EXPECT_EQ(ssh_key_kind(other), "ssh-ed25519");
  const std::string odd(256, '\x7f');
  EXPECT_TRUE(PublicKey::from_ssh(rsa_blob("\x01\x01", odd)));
  EXPECT_FALSE(PublicKey::from_ssh(rsa_blob("", odd)));
  EXPECT_FALSE(PublicKey::from_ssh(rsa_blob("\x02", odd)));
  EXPECT_FALSE(PublicKey::from_ssh(rsa_blob("\x01\x01", "")));
  EXPECT_FALSE(PublicKey::from_ssh(rsa_blob("\x01\x01", std::string(256, '\x7e'))));
  EXPECT_FALSE(PublicKey::from_ssh(rsa_blob("\x01\x01", std::string(5000, '\x7f'))));
  EXPECT_FALSE(PublicKey::from_ssh(rsa_blob(std::string(300, '\x7f'), odd)));
}

}  // namespace
}  // namespace mdh
