#include "daemon/system/process_hygiene.h"

#include <gtest/gtest.h>
#include <openssl/crypto.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "tests/support/leave.h"

namespace mdh {
namespace {

// The threadsafe style runs the body in a fresh process: harden_process() cannot be undone.
class ProcessHygiene : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

[[noreturn]] void leave(bool good, const char* what) {
  if (!good) std::fprintf(stderr, "%s\n", what);
  test::leave(good ? 0 : 1);
}

unsigned long soft_limit(__rlimit_resource resource) {
  rlimit limit{};
  getrlimit(resource, &limit);
  return limit.rlim_cur;
}

void check_hardened() {
  harden_process();
  if (umask(022) != 077) leave(false, "umask");
  if (soft_limit(RLIMIT_CORE) != 0) leave(false, "core limit");
#ifndef __SANITIZE_ADDRESS__
  if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0) leave(false, "dumpable");
  if (CRYPTO_secure_malloc_initialized() != 1) leave(false, "secure heap");
#endif
  leave(std::signal(SIGPIPE, SIG_DFL) == SIG_IGN, "SIGPIPE");
}

TEST_F(ProcessHygiene, LeavesNoCoreNoDumpNoOpenFiles) {
  EXPECT_EXIT(check_hardened(), testing::ExitedWithCode(0), "");
}

// Looks at memory that is no longer ours, which only the kernel may do.
std::array<char, 64> peek(std::uintptr_t address) {
  std::array<char, 64> bytes{};
  const iovec here{bytes.data(), bytes.size()};
  const iovec there{reinterpret_cast<void*>(address), bytes.size()};
  if (process_vm_readv(getpid(), &here, 1, &there, 1, 0) != 64) leave(false, "cannot look");
  return bytes;
}

void check_wiping(bool grow) {
  harden_process();
  char* secret = static_cast<char*>(OPENSSL_malloc(64));
  std::memset(secret, 'S', 64);
  const auto address = reinterpret_cast<std::uintptr_t>(secret);
  if (grow) {
    char* larger = static_cast<char*>(OPENSSL_realloc(secret, 100000));
    if (std::count(larger, larger + 64, 'S') != 64) leave(false, "lost what it held");
  } else {
    OPENSSL_free(secret);
  }
  const std::array<char, 64> left = peek(address);
  // The first 16 bytes are malloc's own list by now.
  leave(std::count(left.begin() + 16, left.end(), 'S') == 0,
        "OpenSSL's freed memory still holds it");
}

TEST_F(ProcessHygiene, WipesWhatOpensslFrees) {
  EXPECT_EXIT(check_wiping(false), testing::ExitedWithCode(0), "");
}

TEST_F(ProcessHygiene, WipesWhatOpensslMovesAway) {
  EXPECT_EXIT(check_wiping(true), testing::ExitedWithCode(0), "");
}

void check_descriptors() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = 64;
  setrlimit(RLIMIT_NOFILE, &limit);
  const unsigned long raised = raise_descriptor_limit();
  leave(raised == limit.rlim_max && soft_limit(RLIMIT_NOFILE) == raised, "descriptor limit");
}

TEST_F(ProcessHygiene, RaisesTheDescriptorLimit) {
  EXPECT_EXIT(check_descriptors(), testing::ExitedWithCode(0), "");
}

void check_restored() {
  umask(022);
  const unsigned long core = soft_limit(RLIMIT_CORE);
  const unsigned long descriptors = soft_limit(RLIMIT_NOFILE);
  harden_process();
  raise_descriptor_limit();
  restore_process();
  if (umask(0) != 022) leave(false, "umask");
  if (std::signal(SIGPIPE, SIG_IGN) != SIG_DFL) leave(false, "SIGPIPE");
  leave(soft_limit(RLIMIT_CORE) == core && soft_limit(RLIMIT_NOFILE) == descriptors, "limits");
}

TEST_F(ProcessHygiene, GivesExecsCommandItsOwnWorldBack) {
  EXPECT_EXIT(check_restored(), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace mdh
