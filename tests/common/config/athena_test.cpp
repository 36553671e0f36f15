// Claims: "derived" is the rule that was observed for a project's code, and is refused for others.
#include "common/config/athena.h"

#include <gtest/gtest.h>

#include "common/config/from_json.h"

namespace mdh {
namespace {

TEST(Athena, IsDerivedFromAProjectsCode) {
  const auto derived = derived_athena("RK.1234.My Lab.2");
  ASSERT_TRUE(derived);
  EXPECT_EQ(derived->database, "mdh_export_database_rk_1234_my_lab_2_prod");
  EXPECT_EQ(derived->workgroup, "mdh_export_database_external_prod");
  EXPECT_EQ(derived->output, "s3://pep-mdh-export-database-prod/execution/rk_1234_my_lab_2");
  EXPECT_TRUE(derived->derived);
}

TEST(Athena, IsNotDerivedFromACodeOfAnotherForm) {
  for (const char* code : {"", "RK", "RK.", "RK.1234", "RK.1234.", "RK..Lab", "X.1234.Lab"})
    EXPECT_FALSE(derived_athena(code)) << code;
}

Result<Config> parsed(const std::string& project) {
  return parse_config(R"({"accounts": [{"service_account": "s", "private_key": "file:k",
    "projects": [{"profile": "p", )" +
                          project + "}]}]}",
                      "f");
}

TEST(Athena, IsDerivedWhereTheConfigurationAsksForIt) {
  const auto config = parsed(R"("athena": "derived", "project_code": "RK.1.L")");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->accounts[0].projects[0].athena, *derived_athena("RK.1.L"));
  EXPECT_TRUE(parsed(R"("project_code": "RK.1.L")")->accounts[0].projects[0].athena.empty());
}

TEST(Athena, WhichCannotBeDerivedIsAnErrorThatNamesThePlace) {
  const auto config = parsed(R"("athena": "derived", "project_id": "abc")");
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("accounts[0].projects[0].athena is \"derived\""),
            std::string::npos)
      << config.error().message;
}

}  // namespace
}  // namespace mdh
