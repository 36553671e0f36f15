#include "common/profile_file.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace mdh {
namespace {

constexpr auto kCredentials = ProfileFileKind::credentials;
constexpr auto kConfig = ProfileFileKind::config;
const std::string kComment = std::string(kManagedComment);
const std::string kOurs =
    kComment +
    "\naws_access_key_id = AKID\naws_secret_access_key = s/+\n"
    "aws_session_token = t==\nx_security_token_expires = 2030-01-01T00:00:00Z\n"
    "region = eu-central-1\n";

ProfileSection section() {
  return {.profile = "p",
          .access_key_id = "AKID",
          .secret_access_key = "s/+",
          .session_token = "t==",
          .expires = "2030-01-01T00:00:00Z",
          .region = "eu-central-1",
          .credential_process = "/usr/bin/mdh-credentials process --profile p"};
}

std::string edited(std::string_view text, ProfileFileKind kind = kCredentials) {
  const auto after = with_profile(text, section(), kind);
  return after ? std::string(after->reveal()) : after.error().message;
}

std::string removed(std::string_view text, ProfileFileKind kind = kCredentials) {
  const auto after = without_profile(text, "p", kind);
  return after ? std::string(after->reveal()) : after.error().message;
}

TEST(ProfileFile, WritesTheFirstSectionOfANewFile) {
  EXPECT_EQ(edited(""), "[p]\n" + kOurs);
}

TEST(ProfileFile, AddsASectionAfterOneBlankLine) {
  EXPECT_EQ(edited("[a]\nk = v"), "[a]\nk = v\n\n[p]\n" + kOurs);
  EXPECT_EQ(edited("[a]\nk = v\n\n"), "[a]\nk = v\n\n[p]\n" + kOurs);
}

// BUGS 5: a user's other keys and the last line's missing newline.
TEST(ProfileFile, ReplacesOurKeysInPlaceAndKeepsEveryOtherByte) {
  const std::string before =
      "[p]\n; mine\noutput = json\nAWS_SECRET_ACCESS_KEY: old\n  wrapped\n\n[z]\nk=v # c";
  const std::string after = edited(before);
  EXPECT_EQ(after, "[p]\n; mine\noutput = json\n" + kComment +
                       "\naws_secret_access_key = s/+\naws_access_key_id = AKID\n"
                       "aws_session_token = t==\nx_security_token_expires = 2030-01-01T00:00:00Z\n"
                       "region = eu-central-1\n\n[z]\nk=v # c");
  EXPECT_EQ(edited(after), after);
}

TEST(ProfileFile, UsesTheFilesOwnLineEnd) {
  const std::string after = edited("[a]\r\nk = v\r\n");
  EXPECT_TRUE(after.starts_with("[a]\r\nk = v\r\n\r\n[p]\r\n"));
  EXPECT_EQ(std::count(after.begin(), after.end(), '\n'),
            std::count(after.begin(), after.end(), '\r'));
}

// BUGS 19: [default] and look-alikes are other profiles.
TEST(ProfileFile, FindsTheSectionAsBotocoreDoes) {
  for (const char* other : {"[default]", "[ p ]", "[pp]", "[profile p]", "[\"p\"]"}) {
    EXPECT_EQ(edited(std::string(other) + "\n"), std::string(other) + "\n\n[p]\n" + kOurs);
  }
  EXPECT_TRUE(names_profile("profile \"p\"", "p", kConfig));
  EXPECT_FALSE(names_profile("p", "p", kConfig));
  EXPECT_TRUE(names_profile("default", "default", kConfig));
}

TEST(ProfileFile, RefusesTwoSectionsOfOneProfile) {
  EXPECT_EQ(edited("[profile p]\n[profile 'p']\n", kConfig),
            "line 2 repeats the profile of line 1");
}

TEST(ProfileFile, RefusesValuesThatAreNoLine) {
  ProfileSection bad = section();
  bad.session_token = "t\n[x]";
  EXPECT_FALSE(with_profile("", bad, kCredentials));
  bad = section();
  bad.profile = "DEFAULT";
  EXPECT_FALSE(with_profile("", bad, kCredentials));
}

TEST(ProfileFile, KeepsTheLegacyTokenInStepWhereItIs) {
  EXPECT_NE(edited("[p]\naws_security_token = old\n").find("aws_security_token = t=="),
            std::string::npos);
  EXPECT_NE(edited("[DEFAULT]\naws_security_token = old\n").find("aws_security_token = t=="),
            std::string::npos);
  EXPECT_EQ(edited("").find("aws_security_token"), std::string::npos);
}

TEST(ProfileFile, TakesOutWhatItPutInAndNothingElse) {
  const std::string before = "[a]\nk = v\n";
  EXPECT_EQ(removed(edited(before + "\n[p]\noutput = json\n")),
            before + "\n[p]\noutput = json\nregion = eu-central-1\n");
  EXPECT_EQ(removed("[p]\naws_access_key_id = users\n"), "[p]\naws_access_key_id = users\n");
}

TEST(ProfileFile, TakesTheSectionOutWhenNothingElseIsLeftInIt) {
  ProfileSection bare = section();
  bare.region.clear();
  const auto after = with_profile("[a]\nk = v\n", bare, kCredentials);
  EXPECT_EQ(removed(after->reveal()), "[a]\nk = v\n");
}

TEST(ProfileFile, WritesTheProcessFormIntoTheConfigFile) {
  EXPECT_EQ(edited("", kConfig), "[profile p]\n" + kComment +
                                     "\ncredential_process = /usr/bin/mdh-credentials process "
                                     "--profile p\nregion = eu-central-1\n");
}

TEST(ProfileFile, TellsWhatASectionHolds) {
  const auto keys = section_keys("[p]\n" + kOurs, "p", kCredentials);
  EXPECT_TRUE(keys->present && keys->static_keys && keys->managed && !keys->credential_process);
  EXPECT_FALSE(section_keys("[a]\n", "p", kCredentials)->present);
  EXPECT_EQ(section_names("[b]\n[DEFAULT]\n[a]\n").value(), (std::vector<std::string>{"b", "a"}));
}

}  // namespace
}  // namespace mdh
