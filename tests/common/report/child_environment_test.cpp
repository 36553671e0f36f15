// Claims: R45 to R47.
#include "common/report/child_environment.h"
#include "common/shell_word.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mdh {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using testing::StartsWith;

ChildWish wish() {
  return {"http://127.0.0.1:6340", "mdh-lab", "/run/token", "us-east-1"};
}

TEST(ChildEnvironment, ContainerFormNamesAddressTokenFileAndRegion) {
  const EnvironmentChange change = child_environment(wish());
  EXPECT_THAT(change.set, Contains(Pair("AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                        "http://127.0.0.1:6340/credentials/mdh-lab")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/run/token")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_REGION", "us-east-1")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_DEFAULT_REGION", "us-east-1")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_EC2_METADATA_DISABLED", "true")));
  EXPECT_THAT(change.unset, Contains("AWS_CONTAINER_AUTHORIZATION_TOKEN"));
}

TEST(ChildEnvironment, UnsetsWhatOutranksAndBlanksNothing) {
  const EnvironmentChange change = child_environment(wish());
  for (const char* name :
       {"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN", "AWS_ACCESS_KEY", "AWS_SECRET_KEY",
        "AWS_CREDENTIAL_EXPIRATION", "AWS_CREDENTIAL_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN", "AWS_ROLE_SESSION_NAME", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"}) {
    EXPECT_THAT(change.unset, Contains(name));
  }
  for (const auto& [name, value] : change.set) EXPECT_FALSE(value.empty()) << name;
}

TEST(ChildEnvironment, HandsTheTokenOverForOldSdks) {
  ChildWish old = wish();
  old.token = "abc";
  const EnvironmentChange change = child_environment(old);
  EXPECT_THAT(change.set, Contains(Pair("AWS_CONTAINER_AUTHORIZATION_TOKEN", "abc")));
  EXPECT_THAT(change.unset, Not(Contains("AWS_CONTAINER_AUTHORIZATION_TOKEN")));
}

TEST(ChildEnvironment, ImdsFormEndsWithASlashAndKeepsProxiesAway) {
  ChildWish imds = wish();
  imds.imds = true;
  imds.no_proxy = "intranet";
  const EnvironmentChange change = child_environment(imds);
  EXPECT_THAT(change.set,
              Contains(Pair("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:6340/")));
  EXPECT_THAT(change.set, Contains(Pair("NO_PROXY", "intranet,127.0.0.1,localhost,::1")));
  EXPECT_THAT(change.set, Contains(Pair("no_proxy", "intranet,127.0.0.1,localhost,::1")));
  for (const char* name : {"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
                           "AWS_CONTAINER_CREDENTIALS_FULL_URI"}) {
    EXPECT_THAT(change.unset, Contains(name));
  }
}

TEST(ChildEnvironment, IsolationReplacesBothAwsFiles) {
  ChildWish alone = wish();
  alone.isolated_file = "/state/isolated";
  const EnvironmentChange change = child_environment(alone);
  EXPECT_THAT(change.set, Contains(Pair("AWS_SHARED_CREDENTIALS_FILE", "/state/isolated")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_CONFIG_FILE", "/state/isolated")));
}

TEST(ShellLines, AreOneCommandALine) {
  const std::string lines = shell_lines({{{"A", "b c"}}, {"D", "E"}});
  EXPECT_EQ(lines, "export A='b c'\nunset D E\n");
}

TEST(ShellLines, QuoteWhatAShellWouldRead) {
  EXPECT_EQ(shell_quoted("http://127.0.0.1:1/a-b_c"), "http://127.0.0.1:1/a-b_c");
  EXPECT_EQ(shell_quoted(""), "''");
  EXPECT_EQ(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
}

}  // namespace
}  // namespace mdh
