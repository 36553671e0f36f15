// Claims: each fact becomes one line with a cure; the exit status follows the worst. That the facts
// are found for real is tests/diagnosis's.
#include "common/report/diagnosis.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mdh {
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

using Level = Finding::Level;

Facts healthy() {
  Facts facts;
  facts.config_origin = "/etc/mdh-credentials/config.json";
  facts.profiles = {"mdh-lab"};
  facts.keys = {{"lab", "/etc/lab.pem", std::nullopt, 2048, "SHA256:x"}};
  facts.file.path = "/home/a/.aws/credentials";
  facts.ports = {{"127.0.0.1:6340", false, false, "", true}};
  facts.skews = {{"lab", 400ms}};
  facts.exchanges = {{"lab", "MyDataHelps.1234.lab", "/etc/lab.pem", "mdh-lab", {}, 3600s}};
  return facts;
}

Finding only_bad(const Facts& facts) {
  Finding bad;
  int count = 0;
  for (const Finding& finding : diagnose(facts)) {
    if (finding.level == Level::ok) continue;
    EXPECT_FALSE(finding.hint.empty()) << finding.text;
    EXPECT_EQ(finding.text.find('\n'), std::string::npos);
    bad = finding;
    ++count;
  }
  EXPECT_EQ(count, 1);
  return bad;
}

void refuse_client(Facts& facts) {
  Error error{ErrorClass::refused, Stage::token, "refused"};
  error.oauth_error = "invalid_client";
  facts.exchanges[0].error = error;
}

TEST(Diagnosis, FindsNothingWrongWhereNothingIs) {
  const auto findings = diagnose(healthy());
  for (const Finding& finding : findings) EXPECT_EQ(finding.level, Level::ok) << finding.text;
  EXPECT_EQ(findings.size(), 7u);
  EXPECT_EQ(exit_status(findings), 0);
}

TEST(Diagnosis, TellsWhatTheServiceSaysOfARefusedClient) {
  Facts facts = healthy();
  refuse_client(facts);
  facts.exchanges[0].error->said = "client disabled";
  EXPECT_THAT(only_bad(facts).text, HasSubstr("invalid_client"));
  EXPECT_THAT(only_bad(facts).text, HasSubstr("the service says: \"client disabled\""));
}

TEST(Diagnosis, ConfigurationAndKeyEndWith78) {
  Facts facts = healthy();
  facts.config_error = Error{ErrorClass::config, Stage::config, "bad", "better"};
  EXPECT_EQ(exit_status(diagnose(facts)), 78);
  facts = healthy();
  facts.keys[0].error = Error{ErrorClass::config, Stage::key, "weak", "new one"};
  EXPECT_EQ(only_bad(facts).hint, "new one");
  EXPECT_EQ(exit_status(diagnose(facts)), 78);
}

TEST(Diagnosis, NamesEachKeysLengthAndFingerprint) {
  Facts facts = healthy();
  facts.keys[0].bits = 3072;
  facts.keys[0].fingerprint = "SHA256:abc";
  const std::vector<Finding> findings = diagnose(facts);
  EXPECT_THAT(findings[1].text, HasSubstr("RSA of 3072 bits, SHA256:abc; it signs"));
}

TEST(Diagnosis, OtherErrorsEndWith1AndWarningsWith0) {
  Facts facts = healthy();
  facts.exchanges[0].error = Error{ErrorClass::throttled, Stage::exchange, "429", "wait"};
  EXPECT_EQ(exit_status(diagnose(facts)), 1);
  facts = healthy();
  facts.environment.relative_uri_blank = true;
  EXPECT_EQ(exit_status(diagnose(facts)), 0);
  EXPECT_EQ(only_bad(facts).hint, "unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
}

TEST(Diagnosis, TellsTheReasonsOfInvalidClientApart) {
  Facts facts = healthy();
  refuse_client(facts);
  EXPECT_THAT(only_bad(facts).text, HasSubstr("/etc/lab.pem is not a key of service account"));
  for (const char* misspelt : {"MyDataHelp.1234.lab", "MyDataHelps.12a4.lab", "MyDataHelps.1234.",
                               "MyDataHelps.1234", "lab", ""}) {
    facts.exchanges[0].service_account = misspelt;
    EXPECT_THAT(only_bad(facts).text, HasSubstr("looks misspelt")) << misspelt;
  }
}

TEST(Diagnosis, BlamesTheClockBeforeTheKey) {
  Facts facts = healthy();
  refuse_client(facts);
  facts.skews[0].skew = -7min;
  std::string all;
  for (const Finding& finding : diagnose(facts)) all += finding.text + "\n";
  EXPECT_THAT(all, HasSubstr("clock is 7 min fast"));
  EXPECT_THAT(all, HasSubstr("because the clock is off"));
  EXPECT_THAT(all, testing::Not(HasSubstr("is not a key of")));
}

TEST(Diagnosis, TakenPortIsAnErrorOnlyWhereItWasConfigured) {
  Facts facts = healthy();
  facts.ports = {{"127.0.0.1:6340", true, false, "nginx (pid 812)", true}};
  EXPECT_EQ(only_bad(facts).text, "address 127.0.0.1:6340 is taken by nginx (pid 812)");
  EXPECT_EQ(only_bad(facts).level, Level::error);
  facts.ports[0].configured = false;
  EXPECT_EQ(only_bad(facts).level, Level::warning);
  facts.ports[0].ours = true;
  EXPECT_EQ(exit_status(diagnose(facts)), 0);
}

TEST(Diagnosis, NamesWhatOutranks) {
  Facts facts = healthy();
  facts.outranked = {{Offer::endpoint, "/home/a/.aws/credentials", 7, "default",
                      "aws_access_key_id", "every SDK"}};
  EXPECT_THAT(only_bad(facts).text, HasSubstr("/home/a/.aws/credentials, line 7"));
  EXPECT_THAT(only_bad(facts).hint, HasSubstr("--isolate"));
  facts = healthy();
  facts.environment.outranking = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"};
  EXPECT_EQ(only_bad(facts).hint, "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY");
}

TEST(Diagnosis, SaysWhyTheFileCannotBeWritten) {
  Facts facts = healthy();
  facts.file.error = Error{ErrorClass::storage, Stage::file, "cannot write /h: disk full", "room"};
  facts.file.open_to_others = true;
  EXPECT_EQ(only_bad(facts).text, "cannot write /h: disk full");
  EXPECT_EQ(only_bad(facts).hint, "room");
  facts.file.enabled = false;
  EXPECT_EQ(exit_status(diagnose(facts)), 0);
}

TEST(Diagnosis, WarnsOfAFileThatOthersMayRead) {
  Facts facts = healthy();
  facts.file.open_to_others = true;
  EXPECT_EQ(only_bad(facts).level, Level::warning);
  EXPECT_THAT(only_bad(facts).hint, HasSubstr("chmod 600"));
}

// Keys are written all the same; what is broken already in our own file is not told twice.
TEST(Diagnosis, WarnsOfAConfigFileThatBotocoreCannotRead) {
  Facts facts = healthy();
  facts.aws_files_error = Error{ErrorClass::storage, Stage::file, "/c: line 2 repeats", "by hand"};
  EXPECT_EQ(only_bad(facts).level, Level::warning);
  facts.file.error = facts.aws_files_error;
  EXPECT_EQ(only_bad(facts).level, Level::error);
}

}  // namespace
}  // namespace mdh
