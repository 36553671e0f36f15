#include "common/upstream/signing_key.h"

#include <gmock/gmock.h>

#include "common/encoding.h"
#include "tests/support/keys.h"

namespace mdh {
namespace {

using test::pkcs1;
using test::pkcs8;
using test::shared_rsa;
using testing::HasSubstr;
using testing::Not;

Error refusal(std::string_view pem) {
  const auto key = SigningKey::from_pem(pem, "/keys/lab.pem");
  EXPECT_FALSE(key.ok());
  if (key.ok()) return {};
  EXPECT_EQ(key.error().error_class, ErrorClass::config);
  EXPECT_EQ(key.error().stage, Stage::key);
  EXPECT_THAT(key.error().message, HasSubstr("/keys/lab.pem"));
  EXPECT_NE(key.error().hint, "");
  return key.error();
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

TEST(SigningKey, ReadsPkcs1AndPkcs8AndSignsTheSame) {
  const auto one = SigningKey::from_pem(pkcs1(shared_rsa()), "one");
  const auto eight = SigningKey::from_pem(pkcs8(shared_rsa()), "eight");
  ASSERT_TRUE(one.ok());
  ASSERT_TRUE(eight.ok());
  const PublicKey half = one->public_key("one").value();
  EXPECT_EQ(half.bits(), 2048);
  EXPECT_EQ(half.pem(), test::public_pem(shared_rsa()));
  EXPECT_EQ(one->sign("text"), eight->sign("text"));
  EXPECT_TRUE(test::verifies(shared_rsa(), "text", one->sign("text")));
  EXPECT_FALSE(test::verifies(shared_rsa(), "other", one->sign("text")));
  EXPECT_TRUE(half.verifies("text", one->sign("text")));
}

TEST(SigningKey, FindsTheKeyBehindACertificateOrComment) {
  const std::string text = "lab's key\n" + test::public_pem(shared_rsa()) + pkcs1(shared_rsa());
  EXPECT_TRUE(SigningKey::from_pem(text, "bundle").ok());
}

TEST(SigningKey, RefusesEachWrongKeyInItsOwnWords) {
  EXPECT_THAT(refusal("").message, HasSubstr("no PEM text"));
  EXPECT_THAT(refusal("hunter2").message, HasSubstr("no PEM text"));
  EXPECT_THAT(refusal(pkcs8(shared_rsa(), EVP_aes_128_cbc())).message, HasSubstr("passphrase"));
  EXPECT_THAT(refusal(pkcs1(shared_rsa(), EVP_aes_128_cbc())).message, HasSubstr("passphrase"));
  EXPECT_THAT(refusal(test::public_pem(shared_rsa())).message, HasSubstr("public key"));
  EXPECT_THAT(refusal(pkcs1(test::new_rsa(1024).get())).message, HasSubstr("1024 bits"));
  const test::Pkey ec(EVP_EC_gen("P-256"));
  EXPECT_THAT(refusal(pkcs1(ec.get())).message, HasSubstr("EC key"));
  EXPECT_THAT(refusal(pkcs8(ec.get())).message, HasSubstr("EC key"));
  const test::Pkey ed(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  EXPECT_THAT(refusal(pkcs8(ed.get())).message, HasSubstr("ED25519"));
}

std::string relabelled(const std::string& pem, const std::string& label) {
  const auto between = [&](const std::string& text, const std::string& opening) {
    const std::size_t at = text.find(opening) + opening.size();
    return text.substr(at, text.find("-----", at) - at);
  };
  return replaced(pem, between(pem, "-----BEGIN ") + "-----", label + "-----");
}

TEST(SigningKey, NamesALabelThatDoesNotFit) {
  const std::string one = pkcs1(shared_rsa());
  const std::string eight = pkcs8(shared_rsa());
  for (const auto& [pem, label] : {std::pair{one, "PRIVATE KEY"},
                                   {one, "CERTIFICATE"},
                                   {one, "PUBLIC KEY"},
                                   {one, "EC PRIVATE KEY"},
                                   {eight, "ENCRYPTED PRIVATE KEY"},
                                   {eight, "EC PRIVATE KEY"},
                                   {one, "OPENSSH PRIVATE KEY"},
                                   {one, "PRIVATE RSA KEY"}}) {
    const Error error = refusal(relabelled(pem, label));
    EXPECT_THAT(error.message, HasSubstr("its label says " + std::string(label) +
                                         ", and what is "
                                         "under it is an RSA private key"));
    EXPECT_THAT(error.hint, HasSubstr(pem == one ? "write RSA PRIVATE KEY" : "write PRIVATE KEY"));
  }
  EXPECT_TRUE(SigningKey::from_pem(relabelled(eight, "RSA PRIVATE KEY"), "vendor").ok());
  const test::Pkey ec(EVP_EC_gen("P-256"));
  EXPECT_THAT(refusal(relabelled(pkcs8(ec.get()), "RSA PRIVATE KEY")).message,
              HasSubstr("what is under it is an EC private key"));
  EXPECT_THAT(refusal(relabelled(test::public_pem(shared_rsa()), "PRIVATE KEY")).message,
              HasSubstr("what is under it is a public key"));
}

TEST(SigningKey, NamesWhatIsMissingOfTheArmour) {
  const std::string pem = pkcs1(shared_rsa());
  EXPECT_THAT(refusal(pem.substr(0, pem.find('\n'))).message, HasSubstr("before its END line"));
  EXPECT_THAT(refusal(pem.substr(0, 500)).message, HasSubstr("before its END line"));
  EXPECT_THAT(refusal(replaced(pem, "-----", "\u2014\u2013")).message, HasSubstr("dashes"));
  EXPECT_THAT(refusal(replaced(pem, "END RSA", "END")).message, HasSubstr("different things"));
}

TEST(SigningKey, RefusesMangledTextWithoutShowingIt) {
  const std::string pem = pkcs1(shared_rsa());
  std::string short_pem = pem;
  short_pem.erase(200, 65);
  const std::string secret_part = pem.substr(100, 20);
  for (const std::string& text : {short_pem, replaced(pem, "\n", " ")}) {
    const Error error = refusal(text);
    EXPECT_THAT(error.message, HasSubstr("damaged"));
    EXPECT_THAT(error.message + error.hint, Not(HasSubstr(secret_part)));
  }
  EXPECT_THAT(refusal(replaced(pem, "\n", "\\n")).message, HasSubstr("\\n"));
}

TEST(NormalisedPem, UndoesEverySpellingSeenInTheWild) {
  const std::string pem = pkcs1(shared_rsa());
  const std::string base64 = replaced(replaced(base64url_encode(pem), "-", "+"), "_", "/");
  for (const std::string& text :
       {pem, replaced(pem, "\n", "\\n"), replaced(pem, "\n", "\\r\\n"), replaced(pem, "\n", "\r\n"),
        replaced(pem, "\n", " "), replaced(pem, "\n", ""), "\"" + pem + "\"", "'" + pem + "'",
        "  \n" + pem + " ", "\"" + replaced(pem, "\n", "\\n") + "\"", replaced(pem, "\n", "\\\\n"),
        base64, base64 + "==", "\"" + base64 + "\"",
        base64url_encode(replaced(pem, "\n", "\r\n"))}) {
    EXPECT_TRUE(normalised_pem(text) == pem) << text.substr(0, 40);
  }
}

TEST(NormalisedPem, KeepsTheKeyBehindACertificate) {
  const std::string pem = pkcs1(shared_rsa());
  const std::string both = test::public_pem(shared_rsa()) + pem;
  for (const std::string& text :
       {both, replaced(both, "\n", "\\n"), replaced(both, "\n", " "), "Bag Attributes\n" + both,
        replaced(replaced(base64url_encode(both), "-", "+"), "_", "/")}) {
    const std::string normal = normalised_pem(text);
    EXPECT_TRUE(normal == both) << text.substr(0, 40);
    EXPECT_TRUE(SigningKey::from_pem(normal, "bundle").ok());
  }
}

TEST(NormalisedPem, KeepsAnEcKeysParametersApart) {
  const std::string text =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n" +
      pkcs1(test::Pkey(EVP_EC_gen("P-256")).get());
  EXPECT_THAT(refusal(normalised_pem(replaced(text, "\n", "\\n"))).message, HasSubstr("EC key"));
}

TEST(NormalisedPem, LeavesAlone) {
  EXPECT_EQ(normalised_pem(""), "");
  EXPECT_EQ(normalised_pem("/keys/lab.pem"), "/keys/lab.pem");
  EXPECT_EQ(normalised_pem("aGVsbG8="), "aGVsbG8=");
  EXPECT_EQ(normalised_pem("-----BEGIN "), "-----BEGIN ");
  const std::string encrypted = pkcs1(shared_rsa(), EVP_aes_128_cbc());
  EXPECT_THAT(normalised_pem(encrypted), HasSubstr("\nDEK-Info: "));
}

}  // namespace
}  // namespace mdh
