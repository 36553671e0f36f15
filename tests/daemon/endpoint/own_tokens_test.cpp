// Goal: each user finds their own token in a file that they and nobody else can read, and it stays
// the right one.
#include "daemon/endpoint/own_tokens.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "common/endpoint/own_token.h"
#include "daemon/system/read_file.h"
#include "tests/support/other_user.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

constexpr uid_t kAnna = 71001;
constexpr uid_t kBen = 71002;

class OwnTokenFiles : public testing::Test {
 protected:
  OwnTokenFiles() {
    if (::geteuid() != 0) return;
    for (const auto& folder : {runtime.path(), state.path()}) ::chmod(folder.c_str(), 0711);
  }
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "needs to become another user";
  }
  static std::string read_as(uid_t user, const std::string& path, const std::string& wanted) {
    const int status = test::run_as({user, user}, [&] {
      const auto text = read_text(path);
      if (!text) return 2;
      return *text == wanted ? 0 : 1;
    });
    return status == 0 ? "as wanted" : status == 1 ? "another" : "refused";
  }

  test::TemporaryFolder runtime;
  test::TemporaryFolder state;
  Secret seal{"a-seal"};
};

TEST_F(OwnTokenFiles, AreReadableForTheirUserAlone) {
  OwnTokens tokens(runtime.path(), state.path());
  const auto path = tokens.file_of(kAnna, seal);
  ASSERT_TRUE(path) << path.error().message;
  EXPECT_EQ(read_as(kAnna, *path, make_own_token(seal, kAnna)), "as wanted");
  EXPECT_EQ(read_as(kBen, *path, ""), "refused");
  EXPECT_EQ(tokens.file_of(kAnna, seal).value(), *path);
}

TEST_F(OwnTokenFiles, AreWrittenAnewByTheNextProcessAndByAnotherSeal) {
  const std::string path = OwnTokens(runtime.path(), state.path()).file_of(kAnna, seal).value();
  std::filesystem::remove_all(runtime.path() + "/tokens");
  OwnTokens after(runtime.path(), state.path());
  ASSERT_TRUE(after.renew(seal));
  EXPECT_EQ(read_as(kAnna, path, make_own_token(seal, kAnna)), "as wanted");
  const Secret other("another-seal");
  ASSERT_TRUE(after.renew(other));
  EXPECT_EQ(read_as(kAnna, path, make_own_token(other, kAnna)), "as wanted");
}

// A folder that somebody else made beforehand is theirs to change.
TEST_F(OwnTokenFiles, AreNotPutIntoAnothersFolder) {
  const std::string folder = runtime.path() + "/tokens";
  std::filesystem::create_directory(folder);
  ASSERT_EQ(::chown(folder.c_str(), kBen, kBen), 0);
  OwnTokens tokens(runtime.path(), state.path());
  EXPECT_FALSE(tokens.file_of(kAnna, seal));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
}

}  // namespace
}  // namespace mdh
