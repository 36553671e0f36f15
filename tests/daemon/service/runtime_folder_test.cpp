// Claims: a runtime folder has one daemon; a second one is told who it is and touches nothing; what
// was removed of it is made anew.
#include "daemon/service/runtime_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RuntimeFolderTest : public testing::Test {
 protected:
  std::string socket() const { return folder_.path("socket"); }
  test::TemporaryFolder folder_;
};

TEST_F(RuntimeFolderTest, TellsASecondOneOfTheFirst) {
  RuntimeFolder first(folder_.path());
  ASSERT_TRUE(first.lock());
  ASSERT_TRUE(first.listen({}));
  first.tell("http://127.0.0.1:6340");
  RuntimeFolder second(folder_.path());
  const Done refused = second.lock();
  ASSERT_FALSE(refused);
  const std::string pid = std::to_string(getpid());
  EXPECT_THAT(refused.error().message,
              AllOf(HasSubstr("pid " + pid), HasSubstr("http://127.0.0.1:6340")));
  EXPECT_THAT(refused.error().hint, HasSubstr("kill " + pid));
  EXPECT_TRUE(first.stands());
}

TEST_F(RuntimeFolderTest, IsFreeOnceTheFirstIsGone) {
  {
    RuntimeFolder first(folder_.path());
    ASSERT_TRUE(first.lock());
    ASSERT_TRUE(first.listen({}));
    EXPECT_TRUE(std::filesystem::exists(socket()));
  }
  EXPECT_FALSE(std::filesystem::exists(socket()));
  RuntimeFolder second(folder_.path());
  EXPECT_TRUE(second.lock());
}

TEST_F(RuntimeFolderTest, LeavesASocketThatIsNotItsOwn) {
  auto passed = open_local_socket(socket());
  ASSERT_TRUE(passed);
  const LocalSocket file = passed->file;
  {
    RuntimeFolder runtime(folder_.path());
    const auto listener = runtime.listen(std::move(passed).value());
    ASSERT_TRUE(listener);
    EXPECT_TRUE(is_there(file));
  }
  EXPECT_TRUE(is_there(file));
}

TEST_F(RuntimeFolderTest, MakesASocketWhereThePassedOneHasLostItsPlace) {
  auto passed = open_local_socket(socket());
  ASSERT_TRUE(passed);
  std::filesystem::remove(socket());
  RuntimeFolder runtime(folder_.path());
  ASSERT_TRUE(runtime.listen(std::move(passed).value()));
  EXPECT_TRUE(runtime.stands());
}

TEST_F(RuntimeFolderTest, IsMadeAnewWithLockAndSocket) {
  const std::string path = folder_.path("run");
  std::filesystem::create_directory(path);
  RuntimeFolder runtime(path);
  ASSERT_TRUE(runtime.lock());
  ASSERT_TRUE(runtime.listen({}));
  std::filesystem::remove_all(path);
  EXPECT_FALSE(runtime.stands());
  ASSERT_TRUE(runtime.restore());
  EXPECT_TRUE(runtime.stands());
  RuntimeFolder second(path);
  EXPECT_FALSE(second.lock());
}

TEST_F(RuntimeFolderTest, IsNotTakenBackFromOneThatCameInBetween) {
  const std::string path = folder_.path("run");
  std::filesystem::create_directory(path);
  RuntimeFolder runtime(path);
  ASSERT_TRUE(runtime.lock());
  ASSERT_TRUE(runtime.listen({}));
  std::filesystem::remove_all(path);
  std::filesystem::create_directory(path);
  RuntimeFolder other(path);
  ASSERT_TRUE(other.lock());
  ASSERT_TRUE(other.listen({}));
  EXPECT_FALSE(runtime.restore());
  EXPECT_TRUE(other.stands());
}

TEST_F(RuntimeFolderTest, OfNoPathIsNoneAndHindersNobody) {
  RuntimeFolder none("");
  EXPECT_TRUE(none.lock());
  const auto listener = none.listen({});
  ASSERT_TRUE(listener);
  EXPECT_FALSE(static_cast<bool>(*listener));
  EXPECT_EQ(none.socket_path(), "");
}

}  // namespace
}  // namespace mdh
