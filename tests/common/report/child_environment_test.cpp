// Claims: R45 to R47.
#include "common/report/child_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace mdh {
namespace {

using testing::Contains;
using testing::Not;
using testing::Pair;

ChildWish wish() {
  return {"http://127.0.0.1:6340", "mdh-lab", "/run/token", "us-east-1"};
}

TEST(ChildEnvironment, NamesAddressTokenFileAndRegion) {
  const EnvironmentChange change = child_environment(wish());
  EXPECT_THAT(change.set, Contains(Pair("AWS_CONTAINER_CREDENTIALS_FULL_URI",
                                        "http://127.0.0.1:6340/credentials/mdh-lab")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "/run/token")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_REGION", "us-east-1")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_DEFAULT_REGION", "us-east-1")));
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

// R45: Hadoop's S3A goes over to IMDS for good after one failed look-up; object_store and GDAL know
// variables of their own.
TEST(ChildEnvironment, HasTheMetadataFormOfTheSameProfileBesideTheContainerForm) {
  const EnvironmentChange change = child_environment(wish());
  const std::string path = "http://127.0.0.1:6340/profiles/mdh-lab";
  EXPECT_THAT(change.set, Contains(Pair("AWS_EC2_METADATA_SERVICE_ENDPOINT", path + "/")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_METADATA_ENDPOINT", path + "/")));
  EXPECT_THAT(change.set, Contains(Pair("CPL_AWS_EC2_API_ROOT_URL", path)));
  EXPECT_THAT(change.set, Contains(Pair("CPL_AWS_AUTODETECT_EC2", "NO")));
  EXPECT_THAT(change.unset, Contains("AWS_EC2_METADATA_DISABLED"));
  EXPECT_THAT(change.unset, Contains("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"));
}

TEST(ChildEnvironment, ContainerFormAloneDisablesMetadataAndLeavesNoAddressOfIt) {
  ChildWish alone = wish();
  alone.form = ChildWish::Form::container;
  const EnvironmentChange change = child_environment(alone);
  EXPECT_THAT(change.set, Contains(Pair("AWS_EC2_METADATA_DISABLED", "true")));
  for (const char* name : {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_METADATA_ENDPOINT",
                           "CPL_AWS_EC2_API_ROOT_URL", "CPL_AWS_AUTODETECT_EC2"})
    EXPECT_THAT(change.unset, Contains(name));
}

TEST(ChildEnvironment, MetadataFormAloneLeavesNoContainerAddress) {  // R47
  ChildWish alone = wish();
  alone.form = ChildWish::Form::metadata;
  alone.token_file.clear();
  const EnvironmentChange change = child_environment(alone);
  EXPECT_THAT(change.set, Contains(Pair("AWS_EC2_METADATA_SERVICE_ENDPOINT",
                                        "http://127.0.0.1:6340/profiles/mdh-lab/")));
  for (const char* name :
       {"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"})
    EXPECT_THAT(change.unset, Contains(name));
}

std::string exceptions(const std::string& upper, const std::string& lower,
                       const std::string& base = "http://127.0.0.1:6340") {
  ChildWish proxied = wish();
  proxied.base_url = base;
  proxied.exceptions = {upper, lower};
  const EnvironmentChange change = child_environment(proxied);
  std::string both;
  for (const auto& [name, value] : change.set) {
    if (name == "NO_PROXY") both = value;
    if (name == "no_proxy") both += "|" + value;
  }
  return both;
}

TEST(ChildEnvironment, KeepsEveryFormFromAProxyAndLosesNoException) {
  const std::string ours = "127.0.0.1,localhost,::1";
  EXPECT_EQ(exceptions("", ""), ours + "|" + ours);
  EXPECT_EQ(exceptions("intranet", ""), "intranet," + ours + "|intranet," + ours);
  EXPECT_EQ(exceptions("a", "b"), "a," + ours + "|b," + ours);
  EXPECT_EQ(exceptions("*", "::1 , 127.0.0.1"), "*|::1 , 127.0.0.1,localhost");
  EXPECT_EQ(exceptions("127.0.0.10,mylocalhost", ours),
            "127.0.0.10,mylocalhost," + ours + "|" + ours);
  EXPECT_EQ(exceptions("", "", "http://169.254.170.2"),
            ours + ",169.254.170.2|" + ours + ",169.254.170.2");
  EXPECT_EQ(exceptions("", "", "http://[::1]:6340"), ours + "|" + ours);
}

TEST(ChildEnvironment, AddsToExceptionsThatItDoesNotKnow) {
  const EnvironmentChange change = child_environment(wish());
  EXPECT_THAT(change.added, Contains(Pair("NO_PROXY", "127.0.0.1,localhost,::1")));
  EXPECT_THAT(change.added, Contains(Pair("no_proxy", "127.0.0.1,localhost,::1")));
  for (const auto& [name, value] : change.set) EXPECT_NE(name, "NO_PROXY");
}

TEST(ChildEnvironment, IsolationReplacesBothAwsFiles) {
  ChildWish alone = wish();
  alone.isolated_file = "/state/isolated";
  const EnvironmentChange change = child_environment(alone);
  EXPECT_THAT(change.set, Contains(Pair("AWS_SHARED_CREDENTIALS_FILE", "/state/isolated")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_CONFIG_FILE", "/state/isolated")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_CREDENTIAL_PROFILES_FILE", "/state/isolated")))
      << "Java's first SDK knows no other";
  EXPECT_THAT(child_environment(wish()).unset, Not(Contains("AWS_SHARED_CREDENTIALS_FILE")));
}

TEST(ChildEnvironment, TellsOfAthenaWhatIsKnown) {
  ChildWish asking = wish();
  asking.athena = {"d", "w", "s3://b/o"};
  const EnvironmentChange change = child_environment(asking);
  EXPECT_THAT(change.set, Contains(Pair("AWS_ATHENA_S3_STAGING_DIR", "s3://b/o")));
  EXPECT_THAT(change.set, Contains(Pair("AWS_ATHENA_WORK_GROUP", "w")));
  EXPECT_THAT(change.set, Contains(Pair("WR_DATABASE", "d")));
  EXPECT_THAT(change.set, Contains(Pair("WR_WORKGROUP", "w")));
  for (const auto& [name, value] : child_environment(wish()).set)
    EXPECT_THAT(name, testing::Not(testing::HasSubstr("ATHENA")));
}

// The manual's entry of each variable, as the table has it.
TEST(ChildVariables, AreInTheManual) {
  std::string entries;
  for (const ChildVariable& one : child_variables()) {
    const std::string value = one.value.empty() ? "" : " = " + std::string(one.value);
    entries += ".TP\n.B " + std::string(one.name) + value + "\n" + std::string(one.readers) + ".\n";
  }
  for (std::size_t at = 0; (at = entries.find("--", at)) != entries.npos; at += 4)
    entries.replace(at, 2, "\\-\\-");
  std::ifstream file(std::string(MDH_SOURCE_DIR) + "/packaging/mdh-credentials.1");
  const std::string manual{std::istreambuf_iterator<char>(file), {}};
  ASSERT_FALSE(manual.empty());
  EXPECT_TRUE(manual.find(entries) != manual.npos) << "the manual's table is to read:\n" << entries;
}

}  // namespace
}  // namespace mdh
