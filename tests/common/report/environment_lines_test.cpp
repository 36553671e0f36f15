// Claims: a change means the same in every shell that it is written for, whatever its values hold.
// tests/program/shells_test has the real shells read them.
#include "common/report/environment_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "common/shell_word.h"

namespace mdh {
namespace {

using testing::HasSubstr;

const EnvironmentChange kChange{{{"A", "b c"}, {"B", "it's"}}, {"D", "E"}, {{"N", "x,y"}}};

TEST(EnvironmentLines, OfAShellEndInASemicolon) {
  EXPECT_EQ(environment_lines(kChange, Shell::sh),
            "export A='b c';\nexport B='it'\\''s';\nexport N=\"${N:+$N,}x,y\";\nunset D E;\n");
  EXPECT_EQ(environment_lines({{{"A", "it's!"}}, {"D"}, {}}, Shell::csh),
            "setenv A 'it'\\''s\\!';\nunsetenv D;\n");
  EXPECT_EQ(environment_lines({{{"A", "it's\\"}}, {"D"}, {}}, Shell::fish),
            "set -gx A 'it\\'s\\\\';\nset -e D; or true;\n");
}

TEST(EnvironmentLines, OfPythonAndRAddToWhatIsThere) {
  EXPECT_THAT(environment_lines(kChange, Shell::python),
              HasSubstr("os.environ[\"N\"] = \",\".join(filter(None, [os.environ.get(\"N\"), "
                        "\"x,y\"]))\n"));
  EXPECT_THAT(r_lines(kChange),
              HasSubstr("Sys.setenv(N = sub(\"^,\", \"\", paste0(Sys.getenv(\"N\"), \",x,y\")))"));
}

TEST(EnvironmentLines, OfADotenvFileAreQuotedOnlyWhereSomeReaderWouldReadThem) {
  EXPECT_EQ(
      environment_lines({{{"A", "b c"}, {"B", "it's"}, {"C", "a#b"}}, {"D"}, {}}, Shell::dotenv),
      "# to be unset: D\nA=b c\nB='it\\'s'\nC='a#b'\n");
}

TEST(EnvironmentLines, TellAFailureToWhoEvaluatesThem) {
  EXPECT_EQ(failure_line(4, Shell::sh), "(exit 4);\n");
  EXPECT_EQ(failure_line(4, Shell::csh), "(exit 4);\n");
  EXPECT_EQ(failure_line(4, Shell::dotenv), "");
}

TEST(EnvironmentLines, KnowEveryShellByItsName) {
  EXPECT_EQ(shell_called("sh"), Shell::sh);
  EXPECT_EQ(shell_called("fish"), Shell::fish);
  EXPECT_EQ(shell_called("dotenv"), Shell::dotenv);
}

TEST(ShellWord, QuotesWhatAShellWouldRead) {
  EXPECT_EQ(shell_quoted("http://127.0.0.1:1/a-b_c"), "http://127.0.0.1:1/a-b_c");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
}

}  // namespace
}  // namespace mdh
