#include "daemon/profile_file/rivals.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::HasSubstr;

TEST(Rivals, AreFoundInBothFiles) {
  const test::TemporaryFolder folder;
  const AwsPaths paths{folder.write("credentials", "[default]\naws_access_key_id = A\n"),
                       folder.write("config", "[default]\nsso_session = x\n")};
  const auto rivals = rivals_of(paths, "default", Offer::endpoint);
  ASSERT_TRUE(rivals);
  ASSERT_EQ(rivals->size(), 2u);
  EXPECT_EQ(rivals->front().path, paths.credentials);
  EXPECT_EQ(rivals->back().path, paths.config);
}

TEST(Rivals, AreNoneWhereThereAreNoFiles) {
  EXPECT_TRUE(rivals_of({"/nonexistent/a", "/dev/null"}, "default", Offer::endpoint)->empty());
}

TEST(Rivals, NameTheLineThatBotocoreCannotRead) {
  const test::TemporaryFolder folder;
  const std::string twice = folder.write("credentials", "[a]\nx = 1\n[b]\ny = 2\n[a]\nz = 3\n");
  const auto rivals = rivals_of({twice, folder.path("config")}, "default", Offer::endpoint);
  ASSERT_FALSE(rivals);
  EXPECT_THAT(rivals.error().message, HasSubstr(twice + ": line 5"));
}

}  // namespace
}  // namespace mdh
