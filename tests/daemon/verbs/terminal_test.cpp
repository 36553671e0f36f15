// Claims: colours only where asked for; columns line up; nobody else's escape sequence gets
// through.
#include "daemon/verbs/terminal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pty.h>
#include <unistd.h>

#include "daemon/system/file_descriptor.h"
#include "tests/support/environment_guard.h"

namespace mdh {
namespace {

TEST(Terminal, TableLinesUpByCharactersNotBytes) {
  EXPECT_EQ(table({{{"A"}, {"B"}}, {{"é"}, {"x"}}, {{"long"}, {"y"}}}, false),
            "A     B\né     x\nlong  y\n");
}

TEST(Terminal, ColoursOnlyWhenAsked) {
  EXPECT_EQ(inked("x", Ink::bad, false), "x");
  EXPECT_EQ(inked("x", Ink::bad, true), "\033[31mx\033[0m");
  EXPECT_EQ(table({{{"A"}}, {{"x", Ink::good}}}, false), "A\nx\n");
}

TEST(Terminal, EscapeSequencesOfOthersDoNotGetThrough) {
  EXPECT_EQ(printable("a\033[31mb\nc\x7f"), "a [31mb c ");
  EXPECT_EQ(printable("a\xc2\x9b"
                      "b"),
            "a  b");
  EXPECT_EQ(printable("grün"), "grün");
}

TEST(Terminal, ErrorIsOneLineAndAHint) {
  testing::internal::CaptureStderr();
  print_error({ErrorClass::config, Stage::config, "it\nfailed", "mend it"});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "mdh-credentials: it failed\nhint: mend it\n");
  testing::internal::CaptureStderr();
  print_error({ErrorClass::config, Stage::config, "it failed"});
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "mdh-credentials: it failed\n");
}

TEST(Terminal, ProgressIsSilentWhereNobodyLooks) {
  testing::internal::CaptureStderr();
  {
    Progress progress;
    progress.show("working");
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

// A pseudo-terminal is a terminal; NO_COLOR (no-color.org) and TERM=dumb turn its colours off.
TEST(Terminal, NoColorAndDumbTerminalsStayPlain) {
  int master = -1;
  int slave = -1;
  ASSERT_EQ(openpty(&master, &slave, nullptr, nullptr, nullptr), 0);
  const FileDescriptor ours(master);
  const FileDescriptor theirs(slave);
  const test::EnvironmentGuard capable("TERM", "xterm");
  const test::EnvironmentGuard unasked("NO_COLOR", "");
  EXPECT_TRUE(wants_colour(slave));
  {
    const test::EnvironmentGuard asked("NO_COLOR", "1");
    EXPECT_FALSE(wants_colour(slave));
  }
  const test::EnvironmentGuard dumb("TERM", "dumb");
  EXPECT_FALSE(wants_colour(slave));
}

}  // namespace
}  // namespace mdh
