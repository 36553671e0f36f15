// Claims: what is written is read back as what was meant, and a project added to a person's own
// file leaves every other byte of it, comments and brackets in strings included.
#include "common/config/config_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/config/from_json.h"

namespace mdh {
namespace {

using testing::HasSubstr;

Config wanted(const std::string& profile, const std::string& service = "MyDataHelps.1234.lab") {
  Config config;
  config.origin = "config.json";
  AccountConfig& account = config.accounts.emplace_back();
  account.name = account_name(service);
  account.service_account = service;
  account.private_key = {KeyReference::Kind::file, "/home/me/lab \"1\".pem", {}};
  account.audience = account.token_url;
  ProjectConfig& project = account.projects.emplace_back();
  project.profile = profile;
  project.project_code = "RK.1234." + profile;
  config.endpoint.imds_profile = profile;
  return config;
}

std::string added(const std::string& text, const Config& config) {
  const auto edited = with_project(text, config);
  if (!edited) return "refused: " + edited.error().message;
  const auto read = parse_config(*edited, config.origin);
  return read ? *edited : "unreadable: " + read.error().message;
}

TEST(WrittenConfig, IsReadBackAsWhatWasMeant) {
  Config config = wanted("mdh-lab");
  config.profile_file.form = ProfileFileConfig::Form::process;
  config.accounts[0].projects[0].allowed_users = {"anna", "@study"};
  config.accounts[0].token_url = "https://example.org/token";
  config.accounts[0].audience = "https://example.org/token";
  const auto read = parse_config(config_text(config), "config.json");
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_EQ(*read, config);
}

TEST(WrittenConfig, NamesAnAccountAfterTheLastPartOfTheServiceAccount) {
  EXPECT_EQ(account_name("MyDataHelps.1234.lab"), "lab");
  EXPECT_EQ(account_name("lab"), "lab");
  EXPECT_EQ(account_name("MyDataHelps.1234."), "default");
  EXPECT_EQ(account_name("MyDataHelps.1234.a/../b"), "default");
}

TEST(WrittenConfig, AddsAProjectToItsAccountAndAnAccountBesideTheOthers) {
  const std::string one = config_text(wanted("one"));
  const std::string two = added(one, wanted("two"));
  const auto read = parse_config(two, "config.json");
  ASSERT_TRUE(read.ok()) << two;
  ASSERT_EQ(read->accounts.size(), 1U);
  EXPECT_EQ(read->accounts[0].projects[1].profile, "two");
  const auto three = parse_config(added(two, wanted("three", "Other.9.lab")), "config.json");
  ASSERT_TRUE(three.ok());
  ASSERT_EQ(three->accounts.size(), 2U);
  EXPECT_EQ(three->accounts[1].name, "lab-2");
}

TEST(WrittenConfig, LeavesEveryOtherByteOfAPersonsFile) {
  const std::string head =
      "// mine, with ] and } and \"quotes\"\n{\n\t\"log_level\": \"info\", /* [ "
      "*/\n\t\"accounts\": [\n"
      "\t\t{ \"service_account\": \"MyDataHelps.1234.lab\", \"private_key\": \"agent:SHA256:" +
      std::string(43, 'a') +
      "\",\n\t\t  \"projects\": [\n\t\t\t{ \"profile\": \"one\", \"project_code\": \"a]}[{\\\"b\" "
      "}";
  const std::string comment = " // the first\n\t\t\t// nothing after it";
  const std::string tail = "\n\t\t  ] }\n\t] // end\n}\n";
  EXPECT_EQ(added(head + comment + tail, wanted("two")),
            head + "," + comment +
                "\n\t\t\t{ \"profile\": \"two\", \"project_code\": \"RK.1234.two\" }" + tail);
}

TEST(WrittenConfig, AddsToWhatStandsOnOneLine) {
  const std::string text =
      R"({"accounts":[{"service_account":"MyDataHelps.1234.lab","private_key":"file:/k","projects":[{"profile":"one","project_id":"x"}]}]})";
  EXPECT_THAT(added(text, wanted("two")), HasSubstr("\"profile\": \"two\""));
  EXPECT_THAT(added(text, wanted("two", "Other.1.lab")), HasSubstr("Other.1.lab"));
}

TEST(WrittenConfig, ChangesNothingWhereTheProjectIsThere) {
  const std::string text = config_text(wanted("one"));
  EXPECT_EQ(added(text, wanted("one")), text);
}

TEST(WrittenConfig, RefusesAProfileThatIsAnotherProjects) {
  const std::string text = config_text(wanted("one"));
  Config other = wanted("one");
  other.accounts[0].projects[0].project_code = "RK.1234.Other";
  EXPECT_THAT(added(text, other), HasSubstr("another project's"));
  EXPECT_THAT(added(text, wanted("one", "Other.9.x")), HasSubstr("another project's"));
}

TEST(WrittenConfig, RefusesWhatIsNoConfiguration) {
  EXPECT_THAT(added("{", wanted("one")), HasSubstr("refused: config.json"));
  EXPECT_THAT(added("{\"accounts\": []}", wanted("one")), HasSubstr("refused: config.json"));
}

}  // namespace
}  // namespace mdh
