// Claims: what the running daemon says of itself is judged as what is seen here would be, and comes
// through its document whole.
#include "common/report/daemon_findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/report/self_report.h"
#include "common/report/status.h"

namespace mdh {
namespace {

using testing::HasSubstr;
using Level = Finding::Level;
using Id = FindingId;

Facts asked() {
  Facts facts;
  facts.daemon = DaemonFact{};
  facts.daemon->at = "/run/socket";
  facts.daemon->pid = 7;
  facts.daemon->urls = {"http://127.0.0.1:6340"};
  facts.daemon->files = {{"a", "/f", {}, "", true}, {"b", "/f", {}, "", true}};
  facts.daemon->renewals = {{"a", true, seconds(600)}, {"b", true, seconds(600)}};
  return facts;
}

std::vector<Finding> bad(const Facts& facts) {
  auto findings = daemon_findings(facts);
  std::erase_if(findings, [](const Finding& one) { return one.level == Level::ok; });
  return findings;
}

TEST(DaemonFindings, AreNoneWhereAllIsWell) {
  EXPECT_TRUE(bad(asked()).empty());
  const auto findings = daemon_findings(asked());
  EXPECT_THAT(findings[0].text, HasSubstr("pid 7 at /run/socket"));
  EXPECT_THAT(findings[1].text, HasSubstr("/f, written by the daemon, 2 profiles"));
}

TEST(DaemonFindings, TellOfAFileOnceHoweverManyProfilesItConcerns) {
  Facts facts = asked();
  for (FileWord& file : facts.daemon->files) {
    file = {"x", "/f", Error{ErrorClass::storage, Stage::file, "/f: disk full", "free it"}, "t"};
  }
  ASSERT_EQ(bad(facts).size(), 1u);
  EXPECT_EQ(bad(facts)[0].id, Id::file_not_written);
  EXPECT_EQ(bad(facts)[0].text, "/f: disk full (since t)");
  EXPECT_EQ(bad(facts)[0].hint, "free it");
  EXPECT_EQ(exit_status(bad(facts)), 1);
}

TEST(DaemonFindings, WarnOfASetThatStillLastsAndFailWithoutOne) {
  Facts facts = asked();
  RenewalWord& one = facts.daemon->renewals[0];
  one.error = Error{ErrorClass::refused, Stage::token, "go away", "ask"};
  EXPECT_EQ(bad(facts)[0].level, Level::warning);
  one.served = false;
  EXPECT_EQ(bad(facts)[0].level, Level::error);
  EXPECT_EQ(bad(facts)[0].id, Id::credentials_failed);
  EXPECT_THAT(bad(facts)[0].text, HasSubstr("go away"));
}

TEST(DaemonFindings, ARefusedConfigurationIsOfConfigurationAndToldOnce) {
  Facts facts = asked();
  facts.daemon->refused_reload = Error{ErrorClass::config, Stage::config, "no such key", "spell"};
  ASSERT_EQ(bad(facts).size(), 1u);
  EXPECT_EQ(bad(facts)[0].id, Id::config_reload_refused);
  EXPECT_EQ(exit_status(bad(facts)), 78);
  facts.config_error = Error{ErrorClass::config, Stage::config, "no such key", "spell"};
  EXPECT_TRUE(bad(facts).empty());
}

TEST(DaemonFindings, AnExchangeMadeHereSpeaksForTheProfile) {
  Facts facts = asked();
  const std::size_t before = daemon_findings(facts).size();
  facts.exchanges.push_back({"lab", "", "", "a", {}, seconds(3600)});
  EXPECT_EQ(daemon_findings(facts).size(), before - 1);
}

TEST(SelfReport, ComesThroughItsDocumentWhole) {
  SelfReport report;
  KeyFact good{"lab", "/k", std::nullopt, 2048, "SHA256:x"};
  KeyFact gone{"other", "/g", Error{ErrorClass::config, Stage::key, "not there", "put it"}, 0, ""};
  report.keys = {good, gone};
  report.config_file = "/etc/c.json";
  report.env_file = report.writes_file = report.process_form = true;
  report.credentials_file = "/a";
  report.aws_config_file = "/b";
  report.ca_file = "/c";
  const std::string text = check_document(status_json(State{}, {}), report);
  const auto read = read_self_report(text);
  ASSERT_TRUE(read && read->keys);
  ASSERT_EQ(read->keys->size(), 2u);
  EXPECT_EQ((*read->keys)[0].fingerprint, "SHA256:x");
  EXPECT_EQ((*read->keys)[0].bits, 2048);
  EXPECT_FALSE((*read->keys)[0].error);
  EXPECT_EQ((*read->keys)[1].error->message, "not there");
  EXPECT_EQ((*read->keys)[1].error->hint, "put it");
  EXPECT_EQ(read->config_file + read->credentials_file + read->aws_config_file + read->ca_file,
            "/etc/c.json/a/b/c");
  EXPECT_TRUE(read->env_file && read->writes_file && read->process_form);
  report.keys.reset();
  EXPECT_FALSE(read_self_report(check_document(status_json(State{}, {}), report))->keys);
}

TEST(SelfReport, IsNoneInAnythingElse) {
  for (const char* text : {"", "[]", "{}", "{\"check\":3}", "{\"check\":{\"keys\":[7]}}"}) {
    const auto read = read_self_report(text);
    EXPECT_TRUE(!read || !read->keys || read->keys->empty()) << text;
  }
}

}  // namespace
}  // namespace mdh
