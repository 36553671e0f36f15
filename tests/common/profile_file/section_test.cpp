#include "common/profile_file/section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mdh {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kComment = std::string(kManagedComment) + "\n";

ProfileSection keys(std::string profile = "dev") {
  ProfileSection section;
  section.profile = std::move(profile);
  section.access_key_id = "AKID";
  section.secret_access_key = "SECRET";
  section.session_token = "TOKEN";
  section.expires = "2026-11-24T12:00:00Z";
  return section;
}

const std::string kKeys =
    "aws_access_key_id = AKID\naws_secret_access_key = SECRET\naws_session_token = TOKEN\n"
    "x_security_token_expires = 2026-11-24T12:00:00Z\n";

std::string with(std::string_view text, const ProfileSection& section = keys(),
                 ProfileFileKind kind = ProfileFileKind::credentials) {
  const auto edited = with_profile(text, section, kind);
  if (!edited) return "error: " + edited.error().message;
  const auto again = with_profile(edited->reveal(), section, kind);
  EXPECT_TRUE(again.ok() && *again == *edited) << "not idempotent";
  return std::string(edited->reveal());
}

std::string without(std::string_view text, std::string_view profile = "dev",
                    ProfileFileKind kind = ProfileFileKind::credentials) {
  const auto edited = without_profile(text, profile, kind);
  return edited ? std::string(edited->reveal()) : "error: " + edited.error().message;
}

TEST(ProfileFile, MakesTheSectionInAnEmptyFile) {
  EXPECT_EQ(with(""), "[dev]\n" + kComment + kKeys);
}

TEST(ProfileFile, AddsANewSectionAfterOneBlankLine) {
  EXPECT_EQ(with("[a]\nx = 1\n"), "[a]\nx = 1\n\n[dev]\n" + kComment + kKeys);
  EXPECT_EQ(with("[a]\nx = 1\n\n"), "[a]\nx = 1\n\n[dev]\n" + kComment + kKeys);
}

// Field bug 5: a key that is the file's last line, without a line end, must survive.
TEST(ProfileFile, EndsALastLineThatHasNoLineEndBeforeItAddsASection) {
  EXPECT_EQ(with("[a]\nx = 1"), "[a]\nx = 1\n\n[dev]\n" + kComment + kKeys);
}

TEST(ProfileFile, LeavesAMissingLastLineEndThatIsNotOurs) {
  EXPECT_EQ(with("[dev]\n[a]\nx = 1"), "[dev]\n" + kComment + kKeys + "[a]\nx = 1");
}

TEST(ProfileFile, ReplacesKeysWhereTheyStandAndAddsTheRestAfterTheLastKey) {  // R33, R35
  EXPECT_EQ(with("[dev]\n# mine\naws_session_token=old\nregion = r ; kept\n\n# end\n[z]\n"),
            "[dev]\n# mine\n" + kComment +
                "aws_session_token = TOKEN\nregion = r ; kept\naws_access_key_id = AKID\n"
                "aws_secret_access_key = SECRET\n"
                "x_security_token_expires = 2026-11-24T12:00:00Z\n\n# end\n[z]\n");
}

TEST(ProfileFile, ChangesNothingWhenAllStandsAlready) {
  const std::string text =
      "[dev]\n" + kComment +
      "aws_access_key_id=AKID\naws_secret_access_key =\tSECRET\naws_session_token = TOKEN  \n"
      "x_security_token_expires = 2026-11-24T12:00:00Z";
  EXPECT_EQ(with(text), text);
}

TEST(ProfileFile, RewritesWhatOnlySomeSdksCanRead) {
  EXPECT_THAT(with("[dev]\nAWS_ACCESS_KEY_ID : AKID\n"), HasSubstr("\naws_access_key_id = AKID\n"));
}

TEST(ProfileFile, TakesTheLineEndOfTheMajority) {
  EXPECT_THAT(with("[a]\r\nx = 1\r\ny = 2\n"),
              HasSubstr("\r\n[dev]\r\n" + std::string(kManagedComment) + "\r\naws_access_key_id"));
  EXPECT_THAT(with("[a]\nx = 1\ny = 2\r\n"), HasSubstr("\n[dev]\n"));
}

TEST(ProfileFile, KeepsTheLineEndOfAReplacedLine) {
  EXPECT_THAT(with("[dev]\naws_access_key_id = old\r\nx = 1\n"),
              HasSubstr("aws_access_key_id = AKID\r\nx = 1\n"));
}

TEST(ProfileFile, ReplacesAWrappedValueWholeButKeepsTheCommentInIt) {
  EXPECT_EQ(with("[dev]\naws_session_token = a\n  b\n# mine\n\n  c\nx = 1\n"),
            "[dev]\n" + kComment + "aws_session_token = TOKEN\n# mine\n\nx = 1\n" +
                "aws_access_key_id = AKID\naws_secret_access_key = SECRET\n"
                "x_security_token_expires = 2026-11-24T12:00:00Z\n");
}

TEST(ProfileFile, StaysIndentedWhereTheNextLineWouldContinueItOtherwise) {
  EXPECT_THAT(with("[dev]\n    aws_access_key_id = old\n  x = 1\n"),
              HasSubstr("\n  aws_access_key_id = AKID\n  x = 1\n"));
  EXPECT_THAT(with("[dev]\n  x = 1\n  [other]\ny = 2\n"),
              HasSubstr("\n  aws_access_key_id = AKID\n"));
}

TEST(ProfileFile, FindsTheSectionAsBotocoreDoesNotAsASubstring) {
  for (const char* other : {"[dev2]\n", "[ dev ]\n", "[profile dev]\n", "# [dev]\n[x]\n",
                            "[x]\ny =\n  [dev] = 1\n", "[\"dev\"]\n", "[Dev]\n"}) {
    EXPECT_EQ(with(other), std::string(other) + "\n[dev]\n" + kComment + kKeys);
  }
  EXPECT_THAT(with("  [dev] trailing words\n"), HasSubstr("words\n" + kComment));
}

// Field bug 19: somebody's [default] is theirs.
TEST(ProfileFile, LeavesTheDefaultSectionAlone) {
  const std::string text = "[default]\naws_access_key_id = THEIRS\n";
  EXPECT_EQ(with(text), text + "\n[dev]\n" + kComment + kKeys);
}

// botocore takes aws_security_token before aws_session_token: an old one would spoil ours.
TEST(ProfileFile, KeepsTheLegacyTokenInStepWhereItIsThere) {
  EXPECT_THAT(with("[dev]\naws_security_token = old\n"), HasSubstr("aws_security_token = TOKEN\n"));
}

TEST(ProfileFile, OutranksALegacyTokenThatEverySectionInherits) {
  EXPECT_THAT(with("[DEFAULT]\naws_security_token = old\n"),
              HasSubstr("[dev]\n" + kComment +
                        "aws_access_key_id = AKID\naws_secret_access_key = SECRET\n"
                        "aws_session_token = TOKEN\naws_security_token = TOKEN\n"));
}

// R33: an empty aws_session_token reads as "", undefined or " ", by SDK.
TEST(ProfileFile, LeavesEmptyFieldsOutAndTakesTheirOldLinesAway) {
  ProfileSection section = keys();
  section.session_token = "";
  section.expires = "";
  EXPECT_EQ(
      with("[dev]\naws_session_token = old\n  wrapped\nx = 1\n", section),
      "[dev]\n" + kComment + "x = 1\naws_access_key_id = AKID\naws_secret_access_key = SECRET\n");
}

TEST(ProfileFile, WritesTheRegionWhenAsked) {
  ProfileSection section = keys();
  section.region = "eu-west-1";
  EXPECT_THAT(with("[dev]\nregion = us-east-1\n", section), HasSubstr("region = eu-west-1\n"));
}

TEST(ProfileFile, WritesTheProcessFormIntoTheConfigFile) {
  ProfileSection section{.profile = "dev",
                         .access_key_id = {},
                         .secret_access_key = {},
                         .session_token = {},
                         .expires = {},
                         .region = "us-east-1",
                         .credential_process = "/usr/bin/x process --profile dev"};
  const std::string lines =
      kComment + "credential_process = /usr/bin/x process --profile dev\nregion = us-east-1\n";
  EXPECT_EQ(with("", section, ProfileFileKind::config), "[profile dev]\n" + lines);
  EXPECT_EQ(with("[profile \"dev\"]\n", section, ProfileFileKind::config),
            "[profile \"dev\"]\n" + lines);
  EXPECT_EQ(with("[dev]\n", section, ProfileFileKind::config), "[dev]\n\n[profile dev]\n" + lines);
  section.profile = "default";
  EXPECT_EQ(with("", section, ProfileFileKind::config), "[default]\n" + lines);
}

TEST(ProfileFile, RefusesWhatBotocoreCouldNotParseAndNamesTheLine) {
  const std::pair<const char*, const char*> cases[] = {
      {"[a]\n[dev]\n[a]\n", "line 3 repeats the section of line 1"},
      {"[dev]\nx = 1\nX: 2\n", "line 3 repeats the key of line 2"},
      {"\n# c\nx = 1\n[dev]\n", "line 3 comes before the first section"},
      {"[dev]\nSECRETjunk\n", "line 2 is no section, key or comment"},
      {"[dev\n", "line 1 comes before the first section"},
      {"[a]\n[dev\n", "line 2 is no section, key or comment"},
      {"[a]\n= x\n", "line 2 has no key before its ="},
      {"[a]\ns3 =\n  x = 1\n  junk\n", "line 4 is no key = value, as its key wants"},
      {"\xef\xbb\xbf[dev]\n", "line 1 begins with a byte order mark"},
      {"[a]\n# \xff\n", "line 2 holds a byte that is no UTF-8"},
      {"[a]\n# \xed\xa0\x80\n", "line 2 holds a byte that is no UTF-8"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_EQ(with(text), std::string("error: ") + message) << text;
    EXPECT_EQ(without(text), std::string("error: ") + message) << text;
  }
  EXPECT_EQ(with(std::string_view("[a]\nx = \0\n", 9)), "error: line 2 holds a NUL byte");
}

TEST(ProfileFile, TakesWhatBotocoreTakes) {
  for (const char* text : {"[DEFAULT]\nx = 1\n[a]\n[DEFAULT]\ny = 2\n", "[a]\nx\xe2\x84\xaa = 1\n",
                           "[a]b=c]\n", "[a]\ns3 =\n  x = 1\n\n  # no\n  y = 2\n",
                           "[a]\nx = 1\n    continued\n  also\n", "[]]\n", "[a]\r[b]\rx = 1\r"}) {
    EXPECT_TRUE(section_names(text).ok()) << text;
  }
}

TEST(ProfileFile, RefusesTwoSectionsThatAreTheSameProfile) {  // R34
  EXPECT_EQ(with("[profile dev]\n[profile 'dev']\n", keys(), ProfileFileKind::config),
            "error: line 2 repeats the profile of line 1");
}

TEST(ProfileFile, RefusesNamesAndValuesThatAFileCannotHold) {  // R32
  for (const char* name : {"", "DEFAULT", "a b", "a]", "a\nb", "d\xc3\xa9v"}) {
    EXPECT_EQ(with("", keys(name)), "error: the profile's name cannot be a section's");
  }
  for (const char* value : {"a\nb", "a\rb", " a", "a\t", "a\xff", "a\x7f"}) {
    ProfileSection section = keys();
    section.secret_access_key = value;
    EXPECT_EQ(with("", section),
              "error: aws_secret_access_key holds a character that a profile file cannot");
  }
}

TEST(ProfileFile, ListsTheSectionsInOrder) {
  EXPECT_THAT(*section_names("[b]\n[DEFAULT]\n[profile a]\n"), ElementsAre("b", "profile a"));
}

TEST(ProfileFile, TakesOutWhatItPutIn) {
  for (const char* text : {"", "[a]\nx = 1\n", "[a]\r\nx = 1\r\n", "# c\n\n\n[a]\nx = 1\n"}) {
    EXPECT_EQ(without(with(text)), text);
  }
}

TEST(ProfileFile, LeavesTheSectionWhereSomethingElseIsInIt) {  // R40
  EXPECT_EQ(without(with("[dev]\nregion = r\n")), "[dev]\nregion = r\n");
  EXPECT_EQ(without(with("[dev]\n# mine\n")), "[dev]\n# mine\n");
  EXPECT_EQ(without(with("[dev]\n\n# of a\n[a]\n")), "\n# of a\n[a]\n");
}

TEST(ProfileFile, KeepsTheHeaderThatAnIndentedOneNeedsAboveIt) {
  const std::string text = with("[a]\nx = 1\n[dev]\n    y = 1\n  [b]\nz = 2\n");
  std::string only_ours = text;
  only_ours.erase(only_ours.find("    y = 1\n"), 10);
  EXPECT_THAT(*section_names(without(only_ours)), ElementsAre("a", "dev", "b"));
}

TEST(ProfileFile, TakesNothingOutOfASectionThatIsNotOurs) {
  const std::string text = "[dev]\naws_access_key_id = THEIRS\n";
  EXPECT_EQ(without(text), text);
}

// AWS shows a long-term secret once: it is gone when it is replaced.
TEST(ProfileFile, ReplacesLongTermKeysOnlyWhenTold) {
  const std::string text = "[a]\n[dev]\n# mine\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n";
  const auto refused = with_profile(text, keys(), ProfileFileKind::credentials);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("line 4 holds long-term keys"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("IOSFODNN7")));
  EXPECT_THAT(refused.error().hint, HasSubstr("--replace-keys"));
  ProfileSection section = keys();
  section.replace_keys = true;
  EXPECT_THAT(with(text, section), HasSubstr("aws_access_key_id = AKID\n"));
  // Nor are they taken out, though our comment stands above them.
  const std::string pasted = "[dev]\n" + kComment + "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n";
  EXPECT_EQ(without(pasted), pasted);
}

ProfileSection ours_until(std::string expires) {
  ProfileSection section = keys();
  section.access_key_id = "ASIAOURS";
  section.expires = std::move(expires);
  return section;
}

std::string another_instances(const std::string& expires, const std::string& secret = "OTHER") {
  return "[dev]\n" + kComment +
         "aws_access_key_id = ASIATHEIRS\naws_secret_access_key = " + secret +
         "\naws_session_token = THEIRS\nx_security_token_expires = " + expires + "\n";
}

TEST(ProfileFile, TakesAnOwnSectionOutWithItsRegionAndLeavesTheFileAsBefore) {
  const std::string before = "[profile a]\nregion = eu-west-1\n";
  ProfileSection section;
  section.profile = "dev";
  section.region = "us-east-1";
  section.credential_process = "mdh-credentials process --profile dev";
  const std::string with_it = with(before, section, ProfileFileKind::config);
  EXPECT_EQ(std::string(without_own_section(with_it, "dev", ProfileFileKind::config)->reveal()),
            before);
  const std::string mine = with_it + "output = json\n";
  EXPECT_THAT(std::string(without_own_section(mine, "dev", ProfileFileKind::config)->reveal()),
              HasSubstr("[profile dev]\noutput = json\n"));
  EXPECT_EQ(std::string(without_own_section(before, "a", ProfileFileKind::config)->reveal()),
            before);
}

// Two hosts with one home must not write over each other for ever.
TEST(ProfileFile, LeavesTheSetOfAnotherHostsInstanceThatLivesAtLeastAsLong) {
  const ProfileSection ours = ours_until("2026-11-24T12:00:00Z");
  for (const char* expires : {"2026-11-24T12:00:00Z", "2026-11-24T12:20:00+00:00"}) {
    const std::string text = another_instances(expires);
    EXPECT_EQ(with(text, ours), text);
    EXPECT_EQ(
        std::string(without_profile(text, "dev", ProfileFileKind::credentials, &ours)->reveal()),
        text);
  }
}

TEST(ProfileFile, TakesASetThatIsNoOtherInstancesForOursAndBroken) {
  const ProfileSection ours = ours_until("2026-11-24T12:00:00Z");
  for (const std::string& text :
       {another_instances("2026-11-24T11:59:59Z"), another_instances("2026-11-26T12:00:00Z"),
        another_instances("soon"), another_instances("2026-11-24T12:30:00Z", "SECRET"),
        another_instances("2026-11-24T12:30:00Z")
            .substr(6 + kComment.size() - 0)
            .insert(0, "[dev]\n"),
        "[dev]\n" + kComment +
            "aws_access_key_id = ASIATHEIRS\nx_security_token_expires = "
            "2026-11-24T12:30:00Z\n"}) {
    EXPECT_THAT(with(text, ours), HasSubstr("aws_access_key_id = ASIAOURS\n")) << text;
  }
}

}  // namespace
}  // namespace mdh
