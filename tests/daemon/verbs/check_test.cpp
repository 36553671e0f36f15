// Claims: the owner of a port is found as the kernel knows it. The faults themselves are made for real in tests/diagnosis.
#include "daemon/verbs/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/endpoint/port_owner.h"
#include "daemon/verbs/local_check.h"
#include "tests/support/environment_guard.h"
#include "tests/support/loopback_stub.h"
#include "tests/support/temporary_folder.h"

namespace mdh {
namespace {

using test::EnvironmentGuard;
using testing::Contains;
using testing::HasSubstr;

TEST(PortOwner, FindsThisVeryProcess) {
  const test::LoopbackStub stub([](test::Line&) {});
  const PortOwner owner = port_owner("127.0.0.1:" + std::to_string(stub.port()));
  EXPECT_TRUE(owner.taken);
  EXPECT_EQ(owner.pid, getpid());
  EXPECT_EQ(owner.uid, getuid());
  EXPECT_THAT(described(owner), HasSubstr("(pid " + std::to_string(getpid()) + ")"));
}

TEST(PortOwner, FindsNobodyOnAFreePort) {
  int port = 0;
  {
    const test::LoopbackStub stub([](test::Line&) {});
    port = stub.port();
  }
  EXPECT_FALSE(port_owner("127.0.0.1:" + std::to_string(port)).taken);
  EXPECT_FALSE(port_owner("[::1]:" + std::to_string(port)).taken);
  EXPECT_FALSE(port_owner("nonsense").taken);
}

TEST(Environment, ToldApartUnsetFromBlank) {
  const EnvironmentGuard keys("AWS_ACCESS_KEY_ID", "AKIA");
  ::unsetenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
  EXPECT_FALSE(environment_fact().relative_uri_blank);
  EXPECT_THAT(environment_fact().outranking, Contains("AWS_ACCESS_KEY_ID"));
  ::setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "", 1);
  EXPECT_TRUE(environment_fact().relative_uri_blank);
  ::unsetenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI");
}

TEST(Check, EndsWith78OnABrokenConfiguration) {
  const test::TemporaryFolder folder;
  Command command;
  command.source.config = folder.write("config.json", "{ \"accounts\": 7 }");
  testing::internal::CaptureStdout();
  EXPECT_EQ(check(command), 78);
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_THAT(text, HasSubstr("error    "));
  EXPECT_THAT(text, HasSubstr("accounts"));
}

}  // namespace
}  // namespace mdh
