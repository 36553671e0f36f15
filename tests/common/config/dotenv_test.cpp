// .env files, read as python-dotenv reads them.
#include "common/config/dotenv.h"

#include <gmock/gmock.h>

#include "common/config/dotenv_value.h"
#include "tests/support/golden.h"

namespace mdh {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Plain = std::map<std::string, std::string>;

Plain parsed(std::string_view text, const Plain& outside = {}) {
  Variables environment;
  for (const auto& [name, value] : outside) environment.emplace(name, Secret(value));
  const auto dotenv = parse_dotenv(text, ".env", environment);
  EXPECT_TRUE(dotenv) << (dotenv ? "" : dotenv.error().message);
  Plain plain;
  if (!dotenv) return plain;
  for (const auto& [name, value] : dotenv->values) plain.emplace(name, value.reveal());
  return plain;
}

// The lines that are skipped: "3 has no name before the =".
std::vector<std::string> skipped(std::string_view text) {
  const auto dotenv = parse_dotenv(text, ".env", {});
  EXPECT_TRUE(dotenv);
  std::vector<std::string> told;
  if (!dotenv) return told;
  for (const auto& [line, why] : dotenv->skipped) {
    told.push_back(std::to_string(line) + " " + why);
  }
  return told;
}

TEST(Dotenv, ReadsEveryFormOfAssignment) {
  const Plain one = {{"A", "b"}};
  for (const char* text :
       {"A=b", "A = b", "  A=b  ", "export A=b", "export\tA=b\n", "'A'=b", "A='b'", "A=\"b\"",
        "A=b # why", "A='b' # why", "A=b\r\n", "A=b\r", "\n\n# why\nA=b",
        "\xEF\xBB\xBF"
        "A=b"}) {
    EXPECT_EQ(parsed(text), one) << text;
  }
}

TEST(Dotenv, ReadsNothingOutOfAnEmptyFile) {
  for (const char* text : {"", "\n", "# only this", " \t\r\n", "A", "export A"}) {
    EXPECT_EQ(parsed(text), Plain()) << text;
  }
}

TEST(Dotenv, LeavesWhatIsInQuotes) {
  EXPECT_EQ(parsed("A=' b # c '"), (Plain{{"A", " b # c "}}));
  EXPECT_EQ(parsed("A=\"b=c\""), (Plain{{"A", "b=c"}}));
}

TEST(Dotenv, TakesAHashForACommentOnlyAfterABlank) {
  EXPECT_EQ(parsed("A=b#c"), (Plain{{"A", "b#c"}}));
  EXPECT_EQ(parsed("A=b#c  # d"), (Plain{{"A", "b#c"}}));
}

TEST(Dotenv, DecodesEscapesAsPythonDotenvDoes) {
  EXPECT_EQ(parsed(R"(A="b\nc\t\"d\"\\n\q")"), (Plain{{"A", "b\nc\t\"d\"\\n\\q"}}));
  EXPECT_EQ(parsed(R"(A='b\nc\'d\\')"), (Plain{{"A", "b\\nc'd\\"}}));
  EXPECT_EQ(parsed(R"(A=b\nc)"), (Plain{{"A", "b\\nc"}}));
}

TEST(Dotenv, ClosesAtAnEscapedQuoteWhenThereIsNoOther) {
  EXPECT_EQ(parsed(R"(A='C:\keys\')"), (Plain{{"A", "C:\\keys\\"}}));
}

TEST(Dotenv, ReadsAQuotedValueOverManyLines) {
  EXPECT_EQ(parsed("A='b\nc\n'\nD=e"), (Plain{{"A", "b\nc\n"}, {"D", "e"}}));
  EXPECT_EQ(parsed("A=\"b\r\nc\"\r\nD=e"), (Plain{{"A", "b\r\nc"}, {"D", "e"}}));
}

TEST(Dotenv, TakesTheLastOfTwoAssignments) {
  EXPECT_EQ(parsed("A=b\nA=c"), (Plain{{"A", "c"}}));
}

TEST(Dotenv, PutsInWhatAReferenceNames) {
  EXPECT_EQ(parsed("A=b\nC=${A}/${A}"), (Plain{{"A", "b"}, {"C", "b/b"}}));
  EXPECT_EQ(parsed("C='${A}'", {{"A", "outside"}}), (Plain{{"C", "outside"}}));
  EXPECT_EQ(parsed("A=b\nC=${A}", {{"A", "outside"}}), (Plain{{"A", "b"}, {"C", "b"}}));
  EXPECT_EQ(parsed("C=${A:-d e}"), (Plain{{"C", "d e"}}));
  EXPECT_EQ(parsed("C=x${A}y"), (Plain{{"C", "xy"}}));
  EXPECT_EQ(parsed("A=b\nA=${A}c"), (Plain{{"A", "bc"}}));
}

TEST(Dotenv, LeavesADollarThatIsNoReference) {
  EXPECT_EQ(parsed("C=$A $ ${A ${A:b}"), (Plain{{"C", "$A $ ${A ${A:b}"}}));
}

TEST(Dotenv, ListsTheReferencesOfAFile) {
  EXPECT_THAT(dotenv_references("A=${B}\nC='${D:-e}$F'\n${"), ElementsAre("B", "D"));
}

TEST(Dotenv, SkipsALineThatItCannotReadAndSaysWhy) {
  EXPECT_THAT(skipped("A=b\r\n# c\r\n=d"), ElementsAre("3 has no name before the ="));
  EXPECT_THAT(skipped("A=b\nC='d\ne\nf"), ElementsAre("2 opens a quoted value that does not end"));
  EXPECT_THAT(skipped("A=b\n\nC=\"d\" e"),
              ElementsAre("3 goes on after the value's closing quote"));
  EXPECT_THAT(skipped("'A=b"), ElementsAre("1 opens a quoted name that does not end"));
  for (const char* line : {"my study keys", "// note", "; note", "source ../common.env",
                           "setenv X y", "OTHER: value", "----- keys -----"}) {
    EXPECT_THAT(skipped(std::string(line) + "\nA=b"), ElementsAre("1 is no assignment")) << line;
    EXPECT_EQ(parsed(std::string(line) + "\nA=b"), (Plain{{"A", "b"}})) << line;
  }
}

TEST(Dotenv, GoesOnBehindAQuoteThatDoesNotEnd) {
  EXPECT_EQ(parsed("A='b\nC=d"), (Plain{{"C", "d"}}));
}

// A secret in an error.
TEST(Dotenv, ShowsNoValueInWhatItTells) {
  EXPECT_THAT(skipped("RKS_PRIVATE_KEY='-----BEGIN hushhush"),
              testing::Each(Not(HasSubstr("hush"))));
}

TEST(Dotenv, TakesUnicodesBlanksForBlanks) {
  const Plain one = {{"A", "b"}};
  for (const char* blank : {"\xc2\xa0", "\xe2\x80\x83", "\xe3\x80\x80", "\xc2\x85", "\x1c"}) {
    const std::string n = blank;
    for (const std::string& text : {"A=b" + n, "A=b" + n + "# c", n + n + "A=b",
                                    "A" + n + "=" + n + "b", "export" + n + "A=b", "A='b'" + n}) {
      EXPECT_EQ(parsed(text), one) << text;
    }
    EXPECT_EQ(parsed("A=b" + n + "c"), (Plain{{"A", "b" + n + "c"}}));
  }
}

TEST(Dotenv, TakesAValueAwayByABareName) {
  EXPECT_EQ(parsed("A=b\nA"), Plain());
  EXPECT_EQ(parsed("A=b\nA\nC=${A:-d}", {{"A", "outside"}}), (Plain{{"C", ""}}));
  EXPECT_EQ(parsed("A\nA=b"), (Plain{{"A", "b"}}));
}

TEST(Dotenv, KnowsWhereEachValueStands) {
  const auto dotenv = parse_dotenv("# a\r\nA=b\n\n C='d\ne'\rF=g", ".env", {});
  ASSERT_TRUE(dotenv);
  EXPECT_EQ(dotenv->lines,
            (std::map<std::string, std::size_t, std::less<>>{{"A", 2}, {"C", 4}, {"F", 6}}));
}

TEST(Dotenv, SeesAKeyThatLostItsQuotes) {
  const std::string line(64, 'M');
  const auto cut_off = [](const std::string& text) {
    const auto dotenv = parse_dotenv(text, ".env", {});
    return dotenv && dotenv->cut_off.contains("A");
  };
  EXPECT_TRUE(cut_off("A=-----BEGIN X-----\n" + line + "\n-----END X-----\n"));
  EXPECT_TRUE(cut_off("A=" + line + "\r\n  " + line + "\r\n"));
  EXPECT_TRUE(cut_off("A=" + line + "\nMMMMMMMMMMMMMMMM==\n"));
  EXPECT_FALSE(cut_off("A='" + line + "'\n" + line));
  EXPECT_FALSE(cut_off("A=" + line + "\nB=" + line));
  EXPECT_FALSE(cut_off("A=" + line + "\n\n" + line));
  EXPECT_FALSE(cut_off("A=" + line));
}

TEST(Dotenv, RefusesUtf16) {
  for (const std::string& text : {std::string("\xff\xfe\x41\0\x3d\0", 6),
                                  std::string("A\0=\0b\0", 6), std::string("\0A\0=\0b", 6)}) {
    const auto dotenv = parse_dotenv(text, "/home/ann/.env", {});
    ASSERT_FALSE(dotenv);
    EXPECT_THAT(dotenv.error().message, HasSubstr("/home/ann/.env: is UTF-16"));
    EXPECT_THAT(dotenv.error().hint, HasSubstr("iconv"));
  }
}

TEST(Dotenv, ReadsAWholeNotebooksFile) {
  const auto variables =
      parsed(test::golden_text(std::string(MDH_TEST_DATA) + "/dotenv/notebook.env"));
  EXPECT_EQ(variables.at("RKS_SERVICE_ACCOUNT"), "MyDataHelps.1234.lab");
  EXPECT_EQ(variables.at("RKS_PROJECT_CODE"), "RK.1234.Lab");
  EXPECT_EQ(variables.at("AWS_PROFILE_NAME"), "mdh-lab");
  EXPECT_EQ(variables.at("RKS_PRIVATE_KEY"), "-----BEGIN X-----\nAAAA\n-----END X-----\n");
}

}  // namespace
}  // namespace mdh
