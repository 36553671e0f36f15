#include "daemon/profile_file/stable_read.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <ctime>

#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

milliseconds age_of(const std::string& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0);
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const auto age = std::chrono::seconds(now.tv_sec - found.st_mtim.tv_sec) +
                   std::chrono::nanoseconds(now.tv_nsec - found.st_mtim.tv_nsec);
  return std::chrono::duration_cast<milliseconds>(age);
}

// A program that truncates and writes is seen in between: what is younger is not yet the file.
TEST(StableRead, BelievesAFileThatHasBeenAtRestForFiftyMilliseconds) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("credentials", "[other]\n");
  const auto reading = stable_read(path);
  ASSERT_TRUE(reading) << reading.error().message;
  EXPECT_GE(age_of(path), milliseconds(49));  // the kernel's stamps are a tick old
  EXPECT_EQ(reading->text.reveal(), "[other]\n");
}

TEST(StableRead, TakesAFileThatIsNotThereForAnEmptyOne) {
  const test::TemporaryFolder folder;
  const auto reading = stable_read(folder.path("credentials"));
  ASSERT_TRUE(reading);
  EXPECT_TRUE(reading->text.empty());
  EXPECT_FALSE(reading->look);
}

}  // namespace
}  // namespace mdh
