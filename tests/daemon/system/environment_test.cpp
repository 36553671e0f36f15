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

}  // namespace
}  // namespace mdh
