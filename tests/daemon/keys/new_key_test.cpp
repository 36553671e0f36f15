// Goal: a new key is one that the daemon takes, nobody else may read, and overwrites nothing.
#include "daemon/keys/new_key.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "daemon/keys/signer.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::HasSubstr;

TEST(NewKey, IsOf3072BitsAndItsOwnersAlone) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("lab.pem");
  const auto half = make_key_file(path);
  ASSERT_TRUE(half.ok()) << half.error().message;
  EXPECT_EQ(half->bits(), 3072);
  struct stat found {};
  ASSERT_EQ(::stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600U);
  AccountConfig account;
  account.private_key.name = path;
  auto signer = Signer::open(account, signing_deadline());
  ASSERT_TRUE(signer.ok()) << signer.error().message;
  EXPECT_EQ(signer->public_key().pem(), half->pem());
  EXPECT_TRUE(signer->sign("text", signing_deadline()).ok());
}

TEST(NewKey, OverwritesNothing) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("lab.pem", "mine");
  const auto half = make_key_file(path);
  ASSERT_FALSE(half.ok());
  EXPECT_THAT(half.error().message, HasSubstr(path));
  EXPECT_THAT(half.error().hint, HasSubstr("never overwritten"));
  EXPECT_FALSE(make_key_file(folder.path("no/such/folder")).ok());
}

}  // namespace
}  // namespace mdh
