// Goal: every kind of key gives the same assertion by one way, and what is sent was verified first.
#include "daemon/keys/signer.h"

#include <gmock/gmock.h>
#include <openssl/core_names.h>

#include <algorithm>
#include <vector>

#include "common/encoding.h"
#include "tests/support/environment_guard.h"
#include "tests/support/stub_agent.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using test::AgentTalk;
using test::holding;
using test::public_half;
using test::shared_rsa;
using test::StubAgent;
using testing::AllOf;
using testing::HasSubstr;

const WallTime kNow = *parse_rfc3339("2026-03-01T12:00:00Z");

class SignerTest : public testing::Test {
 protected:
  static AccountConfig with_key(KeyReference key) {
    AccountConfig account;
    account.service_account = "MyDataHelps.1234.lab";
    account.private_key = std::move(key);
    return account;
  }
  AccountConfig in_agent() {
    AccountConfig account =
        with_key({KeyReference::Kind::agent, public_half(shared_rsa()).fingerprint(), {}});
    account.agent_socket = folder_.path("agent");
    return account;
  }

  test::TemporaryFolder folder_;
};

TEST_F(SignerTest, SignsTheSameByEveryKindOfKey) {
  const std::string pem = test::pkcs1(shared_rsa());
  const test::EnvironmentGuard folder("CREDENTIALS_DIRECTORY", folder_.path());
  const test::EnvironmentGuard variable("MDH_TEST_KEY", pem);
  const StubAgent agent(folder_.path("agent"), holding(shared_rsa()));
  const std::string path = folder_.write("lab", pem, 0400);
  const std::string expected = SigningKey::from_pem(pem, "shared").value().sign("text");
  for (const AccountConfig& account :
       {with_key({KeyReference::Kind::file, path, {}}),
        with_key({KeyReference::Kind::credential, "lab", {}}),
        with_key({KeyReference::Kind::environment, "MDH_TEST_KEY", {}}),
        with_key({KeyReference::Kind::text, ".env", std::make_shared<const Secret>(pem)}),
        in_agent()}) {
    auto signer = Signer::open(account, signing_deadline());
    ASSERT_TRUE(signer.ok()) << signer.error().message;
    EXPECT_EQ(signer->public_key().pem(), test::public_pem(shared_rsa()));
    EXPECT_EQ(signer->sign("text", signing_deadline()).value(), expected);
    const auto assertion = sign_assertion(account, kNow, signing_deadline());
    ASSERT_TRUE(assertion.ok());
    const std::string text(assertion->compact.reveal());
    const std::size_t last = text.rfind('.');
    EXPECT_TRUE(test::verifies(shared_rsa(), text.substr(0, last),
                               base64_decode(text.substr(last + 1)).value()));
  }
}

// A token or an agent that returns nonsense is found here, not at the service.
TEST_F(SignerTest, SendsNoSignatureThatIsNotItsKeys) {
  const test::Pkey other = test::new_rsa(2048);
  const StubAgent liar(folder_.path("agent"), [&](AgentTalk& talk) {
    talk.request();
    talk.reply(test::identities_reply({public_half(shared_rsa())}));
    talk.reply(test::signature_reply(other.get(), talk.request()));
  });
  const auto assertion = sign_assertion(in_agent(), kNow, signing_deadline());
  ASSERT_FALSE(assertion.ok());
  EXPECT_EQ(assertion.error().stage, Stage::key);
  EXPECT_THAT(assertion.error().message,
              AllOf(HasSubstr("the signature is not that key's"), HasSubstr("ssh-agent")));
}

// A key that can be read, but whose private exponents are another's.
std::string damaged_pem() {
  unsigned char* der = nullptr;
  const int size = i2d_PrivateKey(shared_rsa(), &der);
  for (const char* name : {OSSL_PKEY_PARAM_RSA_D, OSSL_PKEY_PARAM_RSA_EXPONENT1}) {
    BIGNUM* number = nullptr;
    EVP_PKEY_get_bn_param(shared_rsa(), name, &number);
    std::vector<unsigned char> bytes(static_cast<std::size_t>(BN_num_bytes(number)));
    BN_bn2bin(number, bytes.data());
    BN_clear_free(number);
    unsigned char* found = std::search(der, der + size, bytes.begin(), bytes.end());
    found[bytes.size() / 2] ^= 0x55;
  }
  BIO* sink = BIO_new(BIO_s_mem());
  PEM_write_bio(sink, "RSA PRIVATE KEY", "", der, size);
  OPENSSL_free(der);
  return test::drained(sink);
}

TEST_F(SignerTest, SendsNoSignatureOfADamagedKey) {
  const std::string path = folder_.write("lab", damaged_pem());
  const auto made =
      sign_assertion(with_key({KeyReference::Kind::file, path, {}}), kNow, signing_deadline());
  ASSERT_FALSE(made.ok());
  EXPECT_THAT(made.error().message, AllOf(HasSubstr(path), HasSubstr("do not belong together")));
}

}  // namespace
}  // namespace mdh
