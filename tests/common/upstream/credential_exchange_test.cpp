#include "common/upstream/credential_exchange.h"

#include <gmock/gmock.h>

#include "tests/support/golden.h"

namespace mdh {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kStage = "credential_exchange";
const RoundTrip kClocks{{BootTime(seconds(1000)), *parse_rfc3339("2026-03-01T12:00:00Z")},
                        {BootTime(milliseconds(1002000)), *parse_rfc3339("2026-03-01T12:00:02Z")}};

ProjectConfig explorer() {
  ProjectConfig project;
  project.profile = "mdh-lab";
  project.project_code = "RK.1234.Lab";
  return project;
}

ProjectConfig designer() {
  ProjectConfig project;
  project.profile = "mdh-lab";
  project.project_id = "0b0f6c26-97d8-4f07-9d2c-7a4fca1c2b11";
  return project;
}

AccessToken token() {
  return {Secret("opaque"), BootTime{}};
}

std::string header(const UpstreamRequest& request, const std::string& name) {
  for (const auto& field : request.headers) {
    if (field.name == name) return field.value;
  }
  return "none";
}

Result<Credentials> read(const ProjectConfig& project, const std::string& file) {
  return read_credentials(
      project, test::read_reply_file(std::string(MDH_TEST_DATA) + "/" + kStage + "/" + file),
      kClocks);
}

std::string outcome(const Result<Credentials>& set) {
  if (!set) return test::described(set.error());
  return "key: " + set->access_key_id +
         "\nsecret: " + std::string(set->secret_access_key.reveal()) +
         "\nsession: " + std::string(set->session_token.reveal()) +
         "\nexpiration: " + format_rfc3339(set->expiration) +
         (set->expiration_named ? "" : " (not named)") +
         "\nreceived: " + format_rfc3339(set->received) + "\n";
}

TEST(CredentialsRequest, HasTheExplorerShape) {
  const UpstreamRequest request = credentials_request(explorer(), token());
  EXPECT_EQ(request.url, "https://api.explorer.mydatahelps.org/token");
  EXPECT_EQ(header(request, "ProjectCode"), "RK.1234.Lab");
  EXPECT_EQ(header(request, "Accept"), "application/json");
  EXPECT_EQ(header(request, "Content-Type"), "application/json; charset=utf-8");
  EXPECT_EQ(request.authorization.reveal(), "opaque");
  EXPECT_TRUE(request.body.empty());
}

TEST(CredentialsRequest, HasTheDesignerShape) {
  const UpstreamRequest request = credentials_request(designer(), token());
  EXPECT_EQ(request.url,
            "https://api.designer.mydatahelps.org/projects/"
            "0b0f6c26-97d8-4f07-9d2c-7a4fca1c2b11/export-explorer/token");
  EXPECT_EQ(header(request, "ProjectCode"), "none");
}

TEST(CredentialsRequest, FillsInAConfiguredUrlAndScheme) {
  ProjectConfig project = designer();
  project.project_code = "RK.1234.Lab";
  project.project_id = "a/b?{project_id}";
  project.exchange_url = "https://x.example/{project_id}/{project_code}/{project_id}";
  project.authorization_scheme = "Bearer";
  const UpstreamRequest request = credentials_request(project, token());
  EXPECT_EQ(request.url,
            "https://x.example/a%2Fb%3F%7Bproject_id%7D/RK.1234.Lab/a%2Fb%3F%7Bproject_id%7D");
  EXPECT_EQ(header(request, "ProjectCode"), "RK.1234.Lab");
  EXPECT_EQ(request.authorization.reveal(), "Bearer opaque");
}

TEST(CredentialsReply, BecomesWhatItsGoldenFileSays) {
  const auto replies = test::golden_replies(kStage);
  EXPECT_GE(replies.size(), 28U);
  for (auto path : replies) {
    const std::string found =
        outcome(read_credentials(explorer(), test::read_reply_file(path), kClocks));
    EXPECT_EQ(found, test::golden_text(path.replace_extension(".expected"))) << path;
  }
}

TEST(CredentialsReply, NeverShowsASecretOrAPageOfItsBody) {
  for (const auto& path : test::golden_replies(kStage)) {
    const auto set = read_credentials(explorer(), test::read_reply_file(path), kClocks);
    if (set) continue;
    for (const char* part : {"wJalr", "s3cr3t", "FwoG", "ASIA", "Maintenance"}) {
      EXPECT_THAT(test::described(set.error()), Not(HasSubstr(part))) << path;
    }
  }
}

TEST(CredentialsReply, HintsAtTheOtherShapeOnlyWhereExplorerIsUsed) {
  EXPECT_THAT(read(explorer(), "gone.reply").error().hint, HasSubstr("designer"));
  EXPECT_THAT(read(designer(), "gone.reply").error().hint, HasSubstr("project_id"));
  EXPECT_THAT(read(designer(), "gone.reply").error().hint, Not(HasSubstr("explorer")));
  const Error dns{ErrorClass::unreachable, Stage::exchange, "cannot reach x", "check DNS"};
  EXPECT_THAT(with_shape_hint(dns, explorer()).hint, HasSubstr("check DNS; the explorer service"));
  EXPECT_EQ(with_shape_hint(dns, designer()), dns);
}

TEST(CredentialsReply, TakesSessionTokensOfAnySize) {
  const std::string session(700000, 'x');
  UpstreamReply reply{200,
                      {},
                      Secret(R"({"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":")" +
                             session + R"(","Expiration":"2026-03-01T13:00:00Z"})")};
  const auto set = read_credentials(explorer(), std::move(reply), kClocks);
  ASSERT_TRUE(set.ok());
  EXPECT_EQ(set->session_token.reveal(), session);
}

// Field bug 1: empty keys must never become a success.
TEST(CredentialsReply, SurvivesEveryTruncation) {
  const UpstreamReply whole =
      test::read_reply_file(std::string(MDH_TEST_DATA) + "/" + kStage + "/issued.reply");
  const std::string_view body = whole.body.reveal();
  for (std::size_t size = 0; size < body.size(); ++size) {
    UpstreamReply reply{200, {}, Secret(body.substr(0, size))};
    const auto set = read_credentials(explorer(), std::move(reply), kClocks);
    ASSERT_FALSE(set.ok()) << size;
    EXPECT_EQ(set.error().error_class, ErrorClass::malformed);
  }
}

}  // namespace
}  // namespace mdh
