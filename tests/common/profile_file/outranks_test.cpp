// The column of boto3 is held against the real one by tests/program/outranked_test.py.
#include "common/profile_file/outranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/profile_file/parse.h"

namespace mdh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> found(std::string_view credentials, std::string_view config,
                               std::string_view profile, Offer offer) {
  const auto rivals = outranking({"/cred", credentials, "/conf", config}, profile, offer);
  if (!rivals) return {"error: " + rivals.error().message};
  std::vector<std::string> texts;
  for (const Outranking& one : *rivals) {
    texts.push_back(one.path + ":" + std::to_string(one.line) + " " + one.key);
  }
  return texts;
}

TEST(Outranks, NamesFileLineAndKeyInDefault) {
  for (const char* key :
       {"sso_session", "sso_start_url", "sso_account_id", "role_arn", "web_identity_token_file",
        "login_session", "credential_process", "aws_access_key_id"}) {
    const std::string text = "# mine\n[default]\nregion = x\n" + std::string(key) + " = y\n";
    EXPECT_THAT(found("", text, "default", Offer::endpoint),
                ElementsAre("/conf:4 " + std::string(key)));
    EXPECT_THAT(found(text, "", "default", Offer::endpoint),
                ElementsAre("/cred:4 " + std::string(key)));
  }
  EXPECT_THAT(
      found("", "[default]\nregion = x\n[profile a]\nrole_arn = y\n", "default", Offer::endpoint),
      IsEmpty());
}

TEST(Outranks, TellsWhatIsReadBeforeOurKeys) {
  const std::string own = "[p]\naws_access_key_id = A\n";
  EXPECT_THAT(found(own, "[profile p]\nsso_session = s\nsso_account_id = 1\n", "p", Offer::keys),
              ElementsAre("/conf:2 sso_session"));
  EXPECT_THAT(found(own + "role_arn = r\n", "", "p", Offer::keys), ElementsAre("/cred:3 role_arn"));
  EXPECT_THAT(found(own, "[profile \"p\"]\nweb_identity_token_file = f\n", "p", Offer::keys),
              ElementsAre("/conf:2 web_identity_token_file"));
  // Read after keys: by boto3 and the others a login and a process.
  EXPECT_THAT(
      found(own, "[profile p]\nlogin_session = x\ncredential_process = y\n", "p", Offer::keys),
      IsEmpty());
  EXPECT_THAT(found(own + "credential_process = y\n", "", "p", Offer::keys),
              ElementsAre("/cred:3 credential_process"));  // PHP
}

TEST(Outranks, TellsWhatIsReadBeforeOurProcess) {
  const std::string own =
      "[profile p]\n" + std::string(kManagedComment) + "\ncredential_process = m\n";
  EXPECT_THAT(found("", own, "p", Offer::process), IsEmpty());
  EXPECT_THAT(found("[p]\naws_access_key_id = A\n", own, "p", Offer::process),
              ElementsAre("/cred:2 aws_access_key_id"));
  EXPECT_THAT(found("", own + "login_session = l\n", "p", Offer::process),
              ElementsAre("/conf:4 login_session"));
  EXPECT_THAT(found("[p]\ncredential_process = other\n", own, "p", Offer::process),
              ElementsAre("/cred:2 credential_process"));
}

TEST(Outranks, SaysItInOneSentenceWithACure) {
  const auto rivals =
      outranking({"/cred", "", "/conf", "[profile p]\nsso_session = s\n"}, "p", Offer::keys);
  ASSERT_TRUE(rivals);
  EXPECT_EQ(
      text_of(rivals->front()),
      "sso_session in [profile p] of /conf, line 2, outranks the keys in the credentials file "
      "(boto3, AWS CLI, Java, JavaScript, PHP, Ruby)");
  EXPECT_THAT(cure_of(rivals->front()), HasSubstr("another profile name"));
}

TEST(Outranks, NamesTheFileAndLineThatCannotBeRead) {
  EXPECT_THAT(found("[a]\n[a]\n", "", "p", Offer::keys),
              ElementsAre(HasSubstr("/cred: line 2 repeats")));
}

TEST(MetadataBorrowers, AreNamedInBothFiles) {
  const std::string section = "\nrole_arn = r\ncredential_source = Ec2InstanceMetadata\n";
  const std::string credentials = "[a]" + section + "[b]\ncredential_source = Environment\n";
  const std::string config = "[profile c]" + section;
  const auto found = metadata_borrowers({"/cred", credentials, "/conf", config});
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0],
            "credential_source in [a] of /cred, line 3, assumes its role with this profile's "
            "credentials");
  EXPECT_NE(found[1].find("[profile c] of /conf, line 3"), std::string::npos);
}

}  // namespace
}  // namespace mdh
