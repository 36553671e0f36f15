#include "daemon/profile_file/writer.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

std::string text_of(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::vector<WantedProfile> wanted(const std::string& key = "AKID1") {
  auto set = std::make_shared<Credentials>();
  set->access_key_id = key;
  set->secret_access_key = Secret("hush");
  set->session_token = Secret("token");
  return {{"p", "eu-central-1", set}};
}

class ProfileWriterTest : public testing::Test {
 protected:
  ProfileFileConfig config(ProfileFileConfig::Form form) const {
    ProfileFileConfig config;
    config.form = form;
    config.path = credentials_;
    config.config_path = config_;
    return config;
  }
  ProfileWriter keys() const { return {config(ProfileFileConfig::Form::keys), "/usr/bin/mdh"}; }
  ProfileWriter process() const {
    return {config(ProfileFileConfig::Form::process), "/opt/my tools/mdh"};
  }

  test::TemporaryFolder folder_;
  const std::string credentials_ = folder_.path("credentials");
  const std::string config_ = folder_.path("config");
};

TEST_F(ProfileWriterTest, WritesTheKeysAndNoConfigFile) {
  EXPECT_EQ(keys().write(wanted())->replaced, 1);
  EXPECT_NE(text_of(credentials_).find("aws_access_key_id = AKID1"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(config_));
  EXPECT_FALSE(std::filesystem::exists(folder_.path(".config.mdh-lock")));
  EXPECT_EQ(keys().write(wanted())->replaced, 0);
}

TEST_F(ProfileWriterTest, LeavesWhatIsThereWithoutCredentials) {
  folder_.write("credentials", "[p]\naws_access_key_id = old\n");
  EXPECT_EQ(keys().write({{"p", "", nullptr}})->replaced, 0);
  EXPECT_EQ(text_of(credentials_), "[p]\naws_access_key_id = old\n");
}

// Field bug 24: static keys would outrank the process, even expired ones.
TEST_F(ProfileWriterTest, TakesOneFormOutWhenTheOtherComes) {
  ASSERT_TRUE(keys().write(wanted()));
  EXPECT_EQ(process().write(wanted())->replaced, 2);
  EXPECT_EQ(text_of(credentials_).find("AKID1"), std::string::npos);
  EXPECT_NE(text_of(config_).find("[profile p]"), std::string::npos);
  EXPECT_NE(text_of(config_).find("credential_process = '/opt/my tools/mdh' process --profile p\n"),
            std::string::npos);
  EXPECT_EQ(keys().write(wanted())->replaced, 2);
  EXPECT_EQ(text_of(config_).find("credential_process"), std::string::npos);
}

TEST_F(ProfileWriterTest, RemovesItsLinesAndKeepsTheRegion) {
  folder_.write("credentials", "[a]\nk = v\n");
  ASSERT_TRUE(keys().write(wanted()));
  ASSERT_TRUE(keys().remove(wanted()));
  EXPECT_EQ(text_of(credentials_), "[a]\nk = v\n\n[p]\nregion = eu-central-1\n");
}

TEST_F(ProfileWriterTest, PreviewsWithoutSecretsAndTouchesNothing) {
  const auto shown = keys().preview(wanted());
  ASSERT_TRUE(shown);
  EXPECT_NE(shown->find("+[p]"), std::string::npos);
  EXPECT_EQ(shown->find("hush"), std::string::npos);
  EXPECT_EQ(shown->find("= token"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path()));
}

TEST_F(ProfileWriterTest, ReportsTheFileAndTheLineThatItCannotRead) {
  folder_.write("credentials", "[p]\n[p]\n");
  ProfileWriter writer = keys();
  const auto written = writer.write(wanted());
  ASSERT_FALSE(written);
  const auto reports = writer.report(wanted(), written.error());
  ASSERT_EQ(reports.size(), 1u);
  EXPECT_EQ(reports[0].status.condition, FileCondition::failed);
  EXPECT_TRUE(reports[0].status.message.starts_with(credentials_ + ": line 2 repeats"));
  EXPECT_EQ(text_of(credentials_), "[p]\n[p]\n");
  EXPECT_EQ(writer.rehearse(wanted()).error().message, written.error().message);
}

TEST_F(ProfileWriterTest, RemarksOnWhatOutranksWhatItWrites) {
  folder_.write("config", "[profile p]\nsso_session = x\n[default]\nrole_arn = y\n");
  ProfileWriter writer = keys();
  ASSERT_TRUE(writer.write(wanted()));
  const auto remarks = writer.report(wanted(), std::nullopt)[0].status.remarks;
  ASSERT_EQ(remarks.size(), 2u);
  EXPECT_NE(remarks[0].find("sso_session in [profile p]"), std::string::npos);
  EXPECT_NE(remarks[1].find("role_arn in [default]"), std::string::npos);
}

TEST_F(ProfileWriterTest, LeavesLongTermKeysUntilTheyMayBeReplaced) {
  folder_.write("credentials", "[p]\naws_access_key_id = AKIAEXAMPLE\n");
  EXPECT_FALSE(keys().write(wanted()));
  EXPECT_FALSE(keys().rehearse(wanted()));
  ProfileFileConfig told = config(ProfileFileConfig::Form::keys);
  told.replace_keys = true;
  EXPECT_EQ(ProfileWriter(told, "/m").write(wanted())->replaced, 1);
}

TEST_F(ProfileWriterTest, TakesTheNullDeviceForAnEmptyFile) {
  ProfileFileConfig off = config(ProfileFileConfig::Form::keys);
  off.config_path = "/dev/null";
  EXPECT_EQ(ProfileWriter(off, "/m").write(wanted())->replaced, 1);
  EXPECT_TRUE(ProfileWriter(off, "/m").preview(wanted()));
  off.form = ProfileFileConfig::Form::process;
  EXPECT_FALSE(ProfileWriter(off, "/m").write(wanted()));
  EXPECT_FALSE(ProfileWriter(off, "/m").rehearse(wanted()));
  off.config_path = config_;
  off.path = "/dev/null";
  EXPECT_EQ(ProfileWriter(off, "/m").write(wanted())->replaced, 1);
  EXPECT_TRUE(ProfileWriter(off, "/m").rehearse(wanted()));
}

}  // namespace
}  // namespace mdh
