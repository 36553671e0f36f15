// Goal: what an ssh-agent is asked is what the protocol says, and whatever it answers ends in a
// value or in an error of its own with a cure.
#include "common/upstream/agent_message.h"

#include <gmock/gmock.h>

#include "common/upstream/signing_key.h"
#include "common/upstream/ssh_wire.h"
#include "tests/support/keys.h"

namespace mdh {
namespace {

using test::shared_rsa;
using testing::AllOf;
using testing::HasSubstr;

constexpr std::string_view kAgent = "/run/agent";

PublicKey half_of(EVP_PKEY* key) {
  return SigningKey::from_pem(test::pkcs1(key), "a").value().public_key("a").value();
}

PublicKey shared_half() {
  return half_of(shared_rsa());
}

std::string list_of(const std::vector<std::string>& blobs) {
  std::string reply(1, '\x0c');
  append_uint32(reply, static_cast<std::uint32_t>(blobs.size()));
  for (const std::string& blob : blobs) {
    append_string(reply, blob);
    append_string(reply, "a comment");
  }
  return reply;
}

std::string signed_by(std::string_view algorithm, std::string_view signature) {
  std::string inner;
  append_string(inner, algorithm);
  append_string(inner, signature);
  std::string reply(1, '\x0e');
  append_string(reply, inner);
  return reply;
}

Error list_error(std::string_view reply) {
  const auto read = read_identities(reply, kAgent);
  return read ? Error{} : read.error();
}

Error signature_error(std::string_view reply) {
  const auto read = read_signature(reply, shared_half(), kAgent);
  return read ? Error{} : read.error();
}

TEST(AgentMessage, AsksAsTheProtocolSays) {
  EXPECT_EQ(identities_request(), std::string("\0\0\0\1\x0b", 5));
  const PublicKey half = shared_half();
  const std::string request = sign_request(half, "text");
  SshReader framed(request);
  SshReader message(framed.string().value());
  EXPECT_TRUE(framed.at_end());
  EXPECT_EQ(message.byte(), 13);
  EXPECT_EQ(message.string(), half.ssh_blob());
  EXPECT_EQ(message.string(), "text");
  EXPECT_EQ(message.uint32(), 2U);  // SSH_AGENT_RSA_SHA2_256
  EXPECT_TRUE(message.at_end());
}

TEST(AgentMessage, ReadsNoMoreThanAnHonestAgentSends) {
  EXPECT_EQ(reply_size(std::string("\0\0\0\1", 4)), 1U);
  EXPECT_EQ(reply_size(std::string("\0\4\0\0", 4)), 262144U);
  EXPECT_FALSE(reply_size(std::string("\0\4\0\1", 4)));
  EXPECT_FALSE(reply_size(std::string("\x40\0\0\0", 4)));  // 1 GiB
  EXPECT_FALSE(reply_size(std::string("\xff\xff\xff\xff", 4)));
  EXPECT_FALSE(reply_size(std::string("\0\0\0\0", 4)));
  EXPECT_FALSE(reply_size("abc"));
}

TEST(AgentMessage, FindsTheKeyByItsFingerprintAmongOthers) {
  const std::string other = half_of(test::new_rsa(2048).get()).ssh_blob();
  const auto list = read_identities(list_of({other, shared_half().ssh_blob()}), kAgent);
  ASSERT_TRUE(list.ok());
  EXPECT_EQ((*list)[1].comment, "a comment");
  const auto key = find_key(*list, shared_half().fingerprint(), kAgent);
  ASSERT_TRUE(key.ok());
  EXPECT_EQ(key->pem(), test::public_pem(shared_rsa()));
}

TEST(AgentMessage, TellsWhyThereIsNoSuchKey) {
  const std::string wanted = shared_half().fingerprint();
  const auto none = find_key({}, wanted, kAgent);
  EXPECT_THAT(none.error().message,
              AllOf(HasSubstr(kAgent), HasSubstr("no key"), HasSubstr("locked")));
  EXPECT_THAT(none.error().hint, HasSubstr("ssh-add -X"));
  const auto other = find_key({{"blob", "c"}}, wanted, kAgent);
  EXPECT_THAT(other.error().message, AllOf(HasSubstr(wanted), HasSubstr("1 other")));
  const std::string weak =
      PublicKey::from_numbers(std::string(128, '\xff'), "\x01\x01").value().ssh_blob();
  const auto short_key = find_key({{weak, ""}}, ssh_fingerprint(weak), kAgent);
  EXPECT_THAT(short_key.error().message, HasSubstr("1024 bits"));
  const auto no_rsa = find_key({{"blob", "c"}}, ssh_fingerprint("blob"), kAgent);
  EXPECT_THAT(no_rsa.error().message, HasSubstr("no RSA key"));
  for (const auto& result : {none, other, short_key, no_rsa}) {
    EXPECT_EQ(result.error().error_class, ErrorClass::config);
    EXPECT_EQ(result.error().stage, Stage::key);
    EXPECT_FALSE(result.error().hint.empty());
  }
}

TEST(AgentMessage, TakesASignatureAndFillsItToTheKeysLength) {
  const std::string whole(256, 's');
  EXPECT_EQ(read_signature(signed_by("rsa-sha2-256", whole), shared_half(), kAgent).value(), whole);
  // A number whose first byte is 0 may come without it.
  const auto filled =
      read_signature(signed_by("rsa-sha2-256", whole.substr(1)), shared_half(), kAgent);
  EXPECT_EQ(filled.value(), std::string(1, '\0') + whole.substr(1));
}

TEST(AgentMessage, SaysAllThatARefusalMayMean) {
  const Error refusal = signature_error("\5");
  for (const char* cause : {"locked", "removed", "lifetime", "confirmation", "PIN", "PKCS#11"}) {
    EXPECT_THAT(refusal.message, HasSubstr(cause));
  }
  EXPECT_THAT(refusal.hint, AllOf(HasSubstr("ssh-add -X"), HasSubstr("ssh-add -s MODULE")));
  EXPECT_THAT(list_error("\5").message, HasSubstr("refuses to list"));
}

TEST(AgentMessage, CallsNonsenseNonsense) {
  const std::string list = list_of({shared_half().ssh_blob()});
  const std::string signature = signed_by("rsa-sha2-256", std::string(256, 's'));
  for (std::size_t size = 0; size < list.size(); ++size) {
    EXPECT_THAT(list_error(list.substr(0, size)).message, HasSubstr("nonsense")) << size;
  }
  for (std::size_t size = 0; size < signature.size(); ++size) {
    EXPECT_THAT(signature_error(signature.substr(0, size)).message, HasSubstr("nonsense")) << size;
  }
  EXPECT_THAT(list_error(list + "x").message, HasSubstr("nonsense"));
  EXPECT_THAT(signature_error(signature + "x").message, HasSubstr("nonsense"));
  EXPECT_THAT(list_error(signature).message, HasSubstr("nonsense"));
  EXPECT_THAT(signature_error(list).message, HasSubstr("nonsense"));
  EXPECT_THAT(list_error(std::string("\x0c\xff\xff\xff\xff", 5)).message, HasSubstr("nonsense"));
  EXPECT_THAT(signature_error(signed_by("rsa-sha2-256", std::string(257, 's'))).message,
              HasSubstr("too long"));
}

TEST(AgentMessage, RefusesAnOlderHash) {
  for (const char* algorithm : {"ssh-rsa", "rsa-sha2-512", ""}) {
    const Error error = signature_error(signed_by(algorithm, std::string(256, 's')));
    EXPECT_THAT(error.message, HasSubstr("rsa-sha2-256"));
  }
}

}  // namespace
}  // namespace mdh
