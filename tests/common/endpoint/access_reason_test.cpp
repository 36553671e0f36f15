// Goal: an administrator reads which entry of which list lets a user in.
#include "common/endpoint/access_reason.h"

#include <gtest/gtest.h>

namespace mdh {
namespace {

TEST(AccessReasons, NameTheListAndTheEntry) {
  Config config;
  config.endpoint.allowed_users = {"self", "anna"};
  config.accounts.resize(2);
  config.accounts[0].projects.resize(2);
  config.accounts[0].projects[0].profile = "a";
  config.accounts[0].projects[1].profile = "b";
  config.accounts[0].projects[1].allowed_users = {"ben", "@lab"};
  config.accounts[1].projects.resize(1);
  config.accounts[1].projects[0].allowed_users = {"ben"};
  Names names;
  names.users = {{"anna", 1001}, {"ben", 1002}};
  names.groups = {{"lab", 300}};
  const std::vector<std::uint32_t> groups{300, 1001};
  const auto reasons = explain_access(config, names, {1001, &groups}, 990);
  ASSERT_EQ(reasons.size(), 3U);
  EXPECT_EQ(reasons[0].list, "endpoint.allowed_users");
  EXPECT_EQ(reasons[0].by, "anna");
  EXPECT_EQ(reasons[1].list, "accounts[0].projects[1].allowed_users");
  EXPECT_EQ(reasons[1].by, "@lab");
  EXPECT_EQ(reasons[1].entries, "ben, @lab");
  EXPECT_EQ(reasons[2].list, "accounts[1].projects[0].allowed_users");
  EXPECT_EQ(reasons[2].by, "");
  EXPECT_EQ(explain_access(config, names, {990}, 990)[0].by, "self");
}

}  // namespace
}  // namespace mdh
