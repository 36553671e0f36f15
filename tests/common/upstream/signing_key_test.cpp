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
  EXPECT_THAT(refusal(pkcs8(ec.get())).message, HasSubstr("type EC"));
  const test::Pkey ed(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  EXPECT_THAT(refusal(pkcs8(ed.get())).message, HasSubstr("ED25519"));
}

TEST(SigningKey, RefusesMangledTextWithoutShowingIt) {
  const std::string pem = pkcs1(shared_rsa());
  std::string short_pem = pem;
  short_pem.erase(200, 65);
  const std::string secret_part = pem.substr(100, 20);
  for (const std::string& text : {short_pem, replaced(pem, "\n", " "), pem.substr(0, 500)}) {
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
