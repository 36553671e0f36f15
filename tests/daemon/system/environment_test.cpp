#include "daemon/system/environment.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/environment_guard.h"

namespace mdh {
namespace {

using test::EnvironmentGuard;

TEST(Environment, TakesAnEmptyVariableAsUnset) {
  const EnvironmentGuard guard("MDH_TEST_VARIABLE", "value");
  EXPECT_EQ(environment_variable("MDH_TEST_VARIABLE"), "value");
  ::setenv("MDH_TEST_VARIABLE", "", 1);
  EXPECT_EQ(environment_variable("MDH_TEST_VARIABLE"), std::nullopt);
  ::unsetenv("MDH_TEST_VARIABLE");
  EXPECT_EQ(environment_variable("MDH_TEST_VARIABLE"), std::nullopt);
}

TEST(Environment, FindsTheHomeWithAndWithoutHome) {
  {
    const EnvironmentGuard guard("HOME", "/somewhere");
    EXPECT_EQ(home_folder(), "/somewhere");
  }
  const EnvironmentGuard guard("HOME", "");
  EXPECT_TRUE(home_folder().starts_with('/'));
  EXPECT_NE(home_folder(), "/somewhere");
}

TEST(Environment, ExpandsTheHomeAndRelativePathsAlone) {
  const EnvironmentGuard guard("HOME", "/somewhere");
  EXPECT_EQ(expanded("~/.aws/credentials"), "/somewhere/.aws/credentials");
  EXPECT_EQ(expanded("~"), "/somewhere");
  EXPECT_EQ(expanded("/a/~/b"), "/a/~/b");
  EXPECT_EQ(expanded("a/b"), (std::filesystem::current_path() / "a/b").string());
  EXPECT_EQ(expanded("~other/b"), (std::filesystem::current_path() / "~other/b").string());
  EXPECT_EQ(expanded(""), "");
}

// os.path.expanduser(os.path.expandvars(…)) of Python 3.11.
TEST(Environment, ExpandsAsPythonDoes) {
  const EnvironmentGuard home("HOME", "/somewhere");
  const EnvironmentGuard guard("MDH_TEST", "v");
  for (const auto& [path, means] : {std::pair{"$HOME/a", "/somewhere/a"},
                                    {"${HOME}/a", "/somewhere/a"},
                                    {"a/$MDH_TEST", "a/v"},
                                    {"$MDH_TEST$MDH_TEST.x", "vv.x"},
                                    {"${MDH_TEST", "${MDH_TEST"},
                                    {"$MDH_TESTS", "$MDH_TESTS"},
                                    {"$", "$"},
                                    {"a$", "a$"},
                                    {"${}", "${}"},
                                    {"~/a", "/somewhere/a"},
                                    {"~", "/somewhere"},
                                    {"~nobody-such/a", "~nobody-such/a"},
                                    {"a~", "a~"},
                                    {"", ""},
                                    {"$$MDH_TEST", "$v"}}) {
    EXPECT_EQ(python_expanded(path), means) << path;
  }
  EXPECT_TRUE(python_expanded("~root/a").starts_with('/'));
}

TEST(Environment, IgnoresABaseFolderThatIsNotAbsolute) {
  const EnvironmentGuard guard("XDG_STATE_HOME", "$HOME/.local/state");
  EXPECT_EQ(base_folder("XDG_STATE_HOME"), std::nullopt);
  ::setenv("XDG_STATE_HOME", "/state", 1);
  EXPECT_EQ(base_folder("XDG_STATE_HOME"), "/state");
}

}  // namespace
}  // namespace mdh
