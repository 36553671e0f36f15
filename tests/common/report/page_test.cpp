// Claims: the page says state, cause and cure, escapes what upstream said, and its policy matches
// its own bytes. How it looks and behaves in a browser is tests/page's.
#include "common/report/page.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <array>

namespace mdh {
namespace {

using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const Now kNow{BootTime(5000s), WallTime(1795521180s)};
const PageContext kContext{"http://127.0.0.1:6340", "/run/authorization-token"};

State state_with(seconds left) {
  State state;
  state.accounts.push_back({"lab", std::nullopt});
  ProfileState profile;
  profile.name = "mdh-lab";
  profile.region = "us-east-1";
  profile.attempted = true;
  auto set = std::make_shared<Credentials>();
  set->access_key_id = "ASIAHIDDEN";
  set->secret_access_key = Secret("keyHIDDEN");
  set->expiration = kNow.wall + left;
  profile.credentials = set;
  profile.life = lasting(kNow, left);
  profile.file = {"/home/a/.aws/credentials", FileCondition::written, ""};
  state.profiles.push_back(profile);
  return state;
}

std::string page_of(const State& state) {
  return status_page(state, kContext, kNow);
}

std::string between(const std::string& text, const std::string& from, const std::string& to) {
  const std::size_t start = text.find(from) + from.size();
  return text.substr(start, text.find(to, start) - start);
}

std::string hash_source(const std::string& bytes) {
  std::array<unsigned char, 32> digest{};
  unsigned size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::array<unsigned char, 64> text{};
  const int length = EVP_EncodeBlock(text.data(), digest.data(), 32);
  return "'sha256-" + std::string(text.begin(), text.begin() + length) + "'";
}

TEST(StatusPage, PolicyAllowsItsOwnStyleAndScriptAndNothingElse) {
  const std::string page = page_of(state_with(600s));
  const std::string policy = page_security_policy();
  EXPECT_THAT(policy, HasSubstr("default-src 'none'"));
  EXPECT_THAT(policy, HasSubstr("style-src " + hash_source(between(page, "<style>", "</style>"))));
  EXPECT_THAT(policy,
              HasSubstr("script-src " + hash_source(between(page, "<script>", "</script>"))));
  EXPECT_THAT(policy, Not(HasSubstr("unsafe")));
  EXPECT_THAT(page, Not(HasSubstr("style=")));
}

TEST(StatusPage, NamesNoOtherHost) {
  const std::string page = page_of(state_with(600s));
  for (const char* outside : {"https://", "src=", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(outside)));
  }
}

// Field bug 9: secrets where they do not belong.
TEST(StatusPage, HoldsNoSecret) {
  EXPECT_THAT(page_of(state_with(600s)), Not(HasSubstr("HIDDEN")));
}

TEST(StatusPage, EscapesWhatUpstreamSaid) {
  State state = state_with(600s);
  state.profiles[0].last_failure = Failure{
      {ErrorClass::malformed, Stage::token, "<script>alert('x')</script> & \"more\"", "<b>"},
      kNow.wall};
  const std::string page = page_of(state);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; "));
  EXPECT_THAT(page, HasSubstr("What to do: &lt;b&gt;"));
}

TEST(StatusPage, SaysWhatToDoAboutEveryClassOfError) {
  for (const ErrorClass each :
       {ErrorClass::config, ErrorClass::refused, ErrorClass::throttled, ErrorClass::unreachable,
        ErrorClass::malformed, ErrorClass::storage}) {
    State state = state_with(600s);
    state.profiles[0].last_failure = Failure{{each, Stage::token, "it failed"}, kNow.wall};
    EXPECT_THAT(page_of(state), testing::ContainsRegex("What to do: [a-z]{3}")) << name(each);
  }
}

TEST(StatusPage, HeadlineTellsTheWorst) {
  EXPECT_THAT(page_of(state_with(600s)), HasSubstr("</svg>mdh-lab is valid</h1>"));
  EXPECT_THAT(page_of(state_with(-600s)), HasSubstr("</svg>mdh-lab has no valid credentials</h1>"));
  State two = state_with(600s);
  two.profiles.push_back(two.profiles[0]);
  EXPECT_THAT(page_of(two), HasSubstr("</svg>All 2 profiles are valid</h1>"));
  EXPECT_THAT(page_of(two), HasSubstr("there is nothing to do"));
}

TEST(StatusPage, ShowsTheExactExportLines) {
  EXPECT_THAT(
      page_of(state_with(600s)),
      HasSubstr("export AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:6340/"
                "credentials/mdh-lab;\n"
                "export AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=/run/authorization-token;\n"));
}

TEST(StatusPage, HasWholeSnippetsForAthenaAndSaysThatNamesAreDerived) {
  EXPECT_THAT(page_of(state_with(600s)), Not(HasSubstr("pyathena")));
  State state = state_with(600s);
  state.profiles[0].athena = {"mdh_db", "wg", "s3://b/o"};
  const std::string page = page_of(state);
  EXPECT_THAT(page, HasSubstr("schema_name=&quot;mdh_db&quot;"));
  EXPECT_THAT(page, HasSubstr("Database=mdh_db;WorkGroup=wg;OutputLocation=s3://b/o"));
  EXPECT_THAT(page, HasSubstr("AWS_ATHENA_S3_STAGING_DIR"));
  EXPECT_THAT(page, Not(HasSubstr("derived")));
  state.profiles[0].athena.derived = true;
  EXPECT_THAT(page_of(state), HasSubstr("are derived from the project's code"));
}

TEST(StatusPage, TellsSkewOncePerAccount) {
  State state = state_with(600s);
  state.profiles.push_back(state.profiles[0]);
  state.accounts[0].upstream_since_boot =
      kNow.wall.time_since_epoch() - kNow.boot.time_since_epoch() - 7min;
  const std::string page = page_of(state);
  const std::size_t first = page.find("clock is 7 min fast");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(page.find("clock is 7 min fast", first + 1), std::string::npos);
}

State many(std::size_t count) {
  State state = state_with(600s);
  const ProfileState model = state.profiles[0];
  state.profiles.clear();
  for (std::size_t i = 0; i < count; ++i) {
    state.profiles.push_back(model);
    state.profiles.back().name = "mdh-" + std::to_string(1000 + i);
  }
  return state;
}

TEST(StatusPage, HasTheWorstFirstAndNamesThemInTheHeadline) {
  State state = many(40);
  state.profiles[17].credentials.reset();
  state.profiles[17].last_failure =
      Failure{{ErrorClass::refused, Stage::token, "no", "ask the coordinator"}, kNow.wall};
  const std::string page = page_of(state);
  EXPECT_THAT(page, HasSubstr("1 of 40 profiles without valid credentials: mdh-1017</h1>"));
  EXPECT_THAT(page, HasSubstr("What to do: ask the coordinator (<a href=\"#p-mdh-1017\">"));
  EXPECT_LT(page.find("id=\"p-mdh-1017\""), page.find("id=\"p-mdh-1000\""));
  EXPECT_THAT(page, HasSubstr("39 valid, 1 without credentials"));
}

TEST(StatusPage, StaysSmallForAThousandAndLinksToEach) {
  State state = many(1000);
  for (std::size_t i = 0; i < 100; ++i)
    state.profiles[i * 7].file.condition = FileCondition::failed;
  const std::string page = page_of(state);
  EXPECT_LT(page.size(), 200u * 1024);
  for (const ProfileState& one : state.profiles) {
    const bool there = page.find("/?profile=" + one.name + "\"") != page.npos ||
                       page.find("id=\"p-" + one.name + "\"") != page.npos;
    EXPECT_TRUE(there) << one.name;
  }
  const std::string one = status_page(state, kContext, kNow, "mdh-1500");
  EXPECT_THAT(one, HasSubstr("id=\"p-mdh-1500\" open"));
  EXPECT_THAT(one, Not(HasSubstr("id=\"p-mdh-1501\"")));
}

TEST(Html, TakesTextAsTextWhateverItHolds) {
  EXPECT_EQ(("<b>" + Html::text("<i>\"&'") + "</b>").str(), "<b>&lt;i&gt;&quot;&amp;&#39;</b>");
  static_assert(!std::is_constructible_v<Html, std::string>);
  static_assert(!std::is_convertible_v<std::string_view, Html>);
}

}  // namespace
}  // namespace mdh
