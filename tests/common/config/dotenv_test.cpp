// .env files, read as python-dotenv reads them.
#include "common/config/dotenv.h"

#include <gmock/gmock.h>

#include "tests/support/golden.h"

namespace mdh {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

using Plain = std::map<std::string, std::string>;

Plain parsed(std::string_view text, const Plain& outside = {}) {
  Variables environment;
  for (const auto& [name, value] : outside) environment.emplace(name, Secret(value));
  const auto variables = parse_dotenv(text, ".env", environment);
  EXPECT_TRUE(variables) << (variables ? "" : variables.error().message);
  Plain plain;
  if (!variables) return plain;
  for (const auto& [name, value] : *variables) plain.emplace(name, value.reveal());
  return plain;
}

std::string refusal(std::string_view text) {
  const auto variables = parse_dotenv(text, "/home/ann/.env", {});
  EXPECT_FALSE(variables);
  return variables ? "" : variables.error().message;
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
}

TEST(Dotenv, LeavesADollarThatIsNoReference) {
  EXPECT_EQ(parsed("C=$A $ ${A ${A:b}"), (Plain{{"C", "$A $ ${A ${A:b}"}}));
}

TEST(Dotenv, ListsTheReferencesOfAFile) {
  EXPECT_THAT(dotenv_references("A=${B}\nC='${D:-e}$F'\n${"), ElementsAre("B", "D"));
}

TEST(Dotenv, NamesTheFileAndLineThatCannotBeRead) {
  EXPECT_THAT(refusal("A=b\r\n# c\r\n=d"), AllOf(HasSubstr("/home/ann/.env"), HasSubstr("line 3")));
  EXPECT_THAT(refusal("A=b\nC='d\ne\nf"), AllOf(HasSubstr("line 2"), HasSubstr("does not end")));
  EXPECT_THAT(refusal("A=b\n\nC=\"d\" e"), AllOf(HasSubstr("line 3"), HasSubstr("closing quote")));
  EXPECT_THAT(refusal("'A=b"), HasSubstr("line 1"));
}

// Field bug 9: a secret in an error.
TEST(Dotenv, ShowsNoValueInAnError) {
  EXPECT_THAT(refusal("RKS_PRIVATE_KEY='-----BEGIN hushhush"), Not(HasSubstr("hush")));
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
