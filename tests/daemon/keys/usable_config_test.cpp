#include "daemon/keys/usable_config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

TEST(UsableConfig, WatchesTheConfigurationAndTheKeysButNoPipeThatWasReadEmpty) {
  const test::TemporaryFolder folder;
  Config config;
  config.origin = folder.write("config.json", "{}");
  config.accounts.emplace_back().private_key = {KeyReference::Kind::file, "/etc/lab.pem", {}};
  EXPECT_EQ(watched_files(config), (std::vector<std::string>{config.origin, "/etc/lab.pem"}));
  config.origin = folder.path("pipe");
  ASSERT_EQ(mkfifo(config.origin.c_str(), 0600), 0);
  EXPECT_EQ(watched_files(config), std::vector<std::string>{"/etc/lab.pem"});
}

}  // namespace
}  // namespace mdh
