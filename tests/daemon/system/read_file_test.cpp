#include "daemon/system/read_file.h"

#include <gmock/gmock.h>

#include <fstream>
#include <thread>

#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using testing::HasSubstr;

std::string refusal(const std::string& path, std::size_t most = 100) {
  const auto text = read_text(path, most);
  const auto secret = read_secret(path, most);
  EXPECT_FALSE(text.ok());
  EXPECT_FALSE(secret.ok());
  if (text.ok() || secret.ok()) return {};
  EXPECT_EQ(text.error(), secret.error());
  EXPECT_EQ(text.error().error_class, ErrorClass::config);
  EXPECT_EQ(text.error().stage, Stage::config);
  EXPECT_THAT(text.error().message, HasSubstr(path));
  return text.error().message;
}

TEST(FileText, ReadsEveryByte) {
  const test::TemporaryFolder folder;
  std::string bytes("a\0\r\n\xff", 5);
  bytes.append(30000, 'x');
  const std::string path = folder.write("file", bytes);
  EXPECT_EQ(read_text(path).value(), bytes);
  EXPECT_EQ(read_secret(path).value().reveal(), bytes);
  EXPECT_EQ(read_text(folder.write("empty", "")).value(), "");
}

TEST(FileText, ReadsUpToTheLimitAndNotBeyond) {
  const test::TemporaryFolder folder;
  EXPECT_TRUE(read_text(folder.write("file", std::string(100, 'x')), 100).ok());
  EXPECT_THAT(refusal(folder.write("file", std::string(101, 'x'))), HasSubstr("larger than 100"));
}

TEST(FileText, NamesPathAndReason) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(refusal(folder.path("absent")), HasSubstr("No such file"));
  EXPECT_THAT(refusal(folder.path()), HasSubstr("directory"));
}

TEST(FileText, WaitsForNoPipeAndReadsNoDevice) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.path("pipe").c_str(), 0600), 0);
  EXPECT_THAT(refusal(folder.path("pipe")), HasSubstr("not a regular file"));
  EXPECT_THAT(refusal("/dev/zero"), HasSubstr("not a regular file"));
}

TEST(FileText, ReadsAPipeToItsEndWhereItIsAskedFor) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const std::string text(200000, 'x');
  std::thread writer([&] { std::ofstream(path) << text; });
  const auto opened = open_pipe_too(path);
  ASSERT_TRUE(opened.ok());
  EXPECT_EQ(read_opened(*opened, path).value().reveal(), text);
  writer.join();
}

TEST(FileText, GivesUpOnAPipeThatNobodyWritesTo) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("pipe");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const auto opened = open_pipe_too(path);
  ASSERT_TRUE(opened.ok());
  EXPECT_THAT(read_opened(*opened, path).error().message, HasSubstr("nobody writes to this pipe"));
}

}  // namespace
}  // namespace mdh
