#include "daemon/keys/read_key.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include "daemon/keys/signer.h"
#include "tests/support/environment_guard.h"
#include "tests/support/keys.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using test::EnvironmentGuard;
using testing::HasSubstr;

const std::string& pem() {
  static const std::string made = test::pkcs1(test::shared_rsa());
  return made;
}

Error refusal(const KeyReference& source) {
  const auto key = read_key(source);
  EXPECT_FALSE(key.ok());
  if (key.ok()) return {};
  EXPECT_EQ(key.error().error_class, ErrorClass::config);
  EXPECT_EQ(key.error().stage, Stage::key);
  EXPECT_NE(key.error().hint, "");
  return key.error();
}

KeyReference text(std::string_view value) {
  return {KeyReference::Kind::text, ".env", std::make_shared<const Secret>(value)};
}

TEST(KeyReference, ReadsAFileThatIsOursAndClosed) {
  const test::TemporaryFolder folder;
  for (const mode_t mode : {0600, 0400, 0700}) {
    const std::string path = folder.write("key.pem", pem(), mode);
    EXPECT_EQ(read_key({KeyReference::Kind::file, path}).value().reveal(), pem());
  }
}

TEST(KeyReference, ExpandsTheHome) {
  const test::TemporaryFolder folder;
  folder.write("key.pem", pem());
  const EnvironmentGuard guard("HOME", folder.path());
  EXPECT_TRUE(read_key({KeyReference::Kind::file, "~/key.pem"}).ok());
}

// Field bug 15: a key read once at the start.
TEST(KeyReference, ReadsAfreshEveryTime) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("key.pem", "old");
  EXPECT_EQ(read_key({KeyReference::Kind::file, path}).value().reveal(), "old");
  folder.write("key.pem", "new");
  EXPECT_EQ(read_key({KeyReference::Kind::file, path}).value().reveal(), "new");
}

TEST(KeyReference, RefusesAFileOpenToOthersAndSaysWhatToRun) {
  const test::TemporaryFolder folder;
  for (const mode_t mode : {0640, 0604, 0660, 0644, 0620, 0601}) {
    const std::string path = folder.write("key.pem", pem(), mode);
    const Error error = refusal({KeyReference::Kind::file, path});
    EXPECT_THAT(error.message, HasSubstr("mode 06"));
    EXPECT_EQ(error.hint, "chmod 600 " + path);
  }
}

TEST(KeyReference, RefusesAFileOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const test::TemporaryFolder folder;
  const std::string path = folder.write("key.pem", pem());
  ASSERT_EQ(::chown(path.c_str(), 12345, 0), 0);
  const Error error = refusal({KeyReference::Kind::file, path});
  EXPECT_THAT(error.message, HasSubstr("user 12345"));
  EXPECT_THAT(error.hint, HasSubstr("chown 0 "));
}

TEST(KeyReference, RefusesWhatIsNoKeyFile) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(refusal({KeyReference::Kind::file, folder.path("absent")}).message,
              HasSubstr("No such file"));
  EXPECT_THAT(refusal({KeyReference::Kind::file, folder.path()}).message, HasSubstr("directory"));
  EXPECT_THAT(
      refusal({KeyReference::Kind::file, folder.write("big", std::string(70000, 'x'))}).message,
      HasSubstr("larger"));
}

TEST(KeyReference, FollowsALinkButJudgesItsTarget) {
  const test::TemporaryFolder folder;
  const std::string target = folder.write("key.pem", pem());
  ASSERT_EQ(::symlink(target.c_str(), folder.path("link").c_str()), 0);
  EXPECT_TRUE(read_key({KeyReference::Kind::file, folder.path("link")}).ok());
  ::chmod(target.c_str(), 0644);
  refusal({KeyReference::Kind::file, folder.path("link")});
}

TEST(KeyReference, TakesSystemdsCredentialsWithTheirGroupBits) {
  const test::TemporaryFolder folder;
  const EnvironmentGuard guard("CREDENTIALS_DIRECTORY", folder.path());
  folder.write("lab", pem(), 0440);
  EXPECT_TRUE(read_key({KeyReference::Kind::credential, "lab"}).ok());
  EXPECT_TRUE(read_key({KeyReference::Kind::file, folder.path("lab")}).ok());
  folder.write("lab", pem(), 0444);
  EXPECT_THAT(refusal({KeyReference::Kind::credential, "lab"}).message, HasSubstr("mode 0444"));
}

TEST(KeyReference, RefusesCredentialsThatAreNotThere) {
  {
    const EnvironmentGuard guard("CREDENTIALS_DIRECTORY", "");
    EXPECT_THAT(refusal({KeyReference::Kind::credential, "lab"}).hint,
                HasSubstr("LoadCredential=lab:"));
  }
  const test::TemporaryFolder folder;
  const EnvironmentGuard guard("CREDENTIALS_DIRECTORY", folder.path());
  EXPECT_THAT(refusal({KeyReference::Kind::credential, "lab"}).message, HasSubstr("No such file"));
  EXPECT_THAT(refusal({KeyReference::Kind::credential, "../lab"}).message, HasSubstr("../lab"));
  EXPECT_THAT(refusal({KeyReference::Kind::credential, ""}).message, HasSubstr("\"\""));
}

TEST(KeyReference, ReadsEverySpellingOfAVariable) {
  std::string escaped;
  for (const char c : pem()) escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
  const EnvironmentGuard guard("MDH_TEST_KEY", escaped);
  EXPECT_EQ(read_key({KeyReference::Kind::environment, "MDH_TEST_KEY"}).value().reveal(), pem());
  EXPECT_EQ(read_key(text(escaped)).value().reveal(), pem());
  EXPECT_EQ(read_key(text(pem())).value().reveal(), pem());
}

TEST(KeyReference, TakesAPathInAVariableOrTextForTheFile) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("key.pem", pem());
  const EnvironmentGuard guard("MDH_TEST_KEY", path);
  EXPECT_EQ(read_key({KeyReference::Kind::environment, "MDH_TEST_KEY"}).value().reveal(), pem());
  EXPECT_EQ(read_key(text(path)).value().reveal(), pem());
  ::chmod(path.c_str(), 0644);
  EXPECT_EQ(refusal(text(path)).hint, "chmod 600 " + path);
}

TEST(KeyReference, NamesTheVariableThatHoldsThePathOfNoFile) {
  const test::TemporaryFolder folder;
  for (const std::string& path : {folder.path("lab.pem"), folder.path()}) {
    const EnvironmentGuard guard("MDH_TEST_KEY", path);
    const Error error = refusal({KeyReference::Kind::environment, "MDH_TEST_KEY"});
    EXPECT_THAT(error.message,
                testing::AllOf(HasSubstr("cannot read " + path),
                               HasSubstr("(the path is from the variable MDH_TEST_KEY)")));
  }
}

// Key material in a log line.
TEST(KeyReference, NeverShowsALineOfAKey) {
  const std::string line = pem().substr(pem().find('\n') + 1, 64);
  const EnvironmentGuard guard("MDH_TEST_KEY", line);
  for (const KeyReference& source :
       {KeyReference{KeyReference::Kind::environment, "MDH_TEST_KEY"}, text(line)}) {
    AccountConfig account;
    account.private_key = source;
    const auto key = Signer::open(account, signing_deadline());
    ASSERT_FALSE(key.ok());
    EXPECT_THAT(key.error().message + key.error().hint,
                testing::Not(HasSubstr(line.substr(0, 12))));
    EXPECT_THAT(key.error().message, HasSubstr("no PEM text"));
  }
}

TEST(KeyReference, SaysThatAVariableIsNotSet) {
  const EnvironmentGuard guard("MDH_TEST_KEY", "");
  EXPECT_THAT(refusal({KeyReference::Kind::environment, "MDH_TEST_KEY"}).message,
              HasSubstr("MDH_TEST_KEY: it is not set"));
}

}  // namespace
}  // namespace mdh
