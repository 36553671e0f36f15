#include "daemon/system/give_up.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <new>

namespace mdh {
namespace {

TEST(LastResort, SaysWhatWasRefusedAndWhyAndEndsWithOne) {
  EXPECT_EXIT(
      give_up("an eventfd", EMFILE), testing::ExitedWithCode(1),
      "^mdh-credentials: cannot go on: the system refused an eventfd: Too many open files\n$");
}

TEST(LastResort, SaysSoWhereMemoryIsOut) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer's operator new asks no handler";
#endif
  const auto ask = [] {
    give_up_without_memory();
    volatile std::size_t size = static_cast<std::size_t>(-1) / 4;
    ::operator delete(::operator new(size));
  };
  EXPECT_EXIT(ask(), testing::ExitedWithCode(1), "refused memory: Cannot allocate memory");
}

TEST(LastResort, SaysSoWhereNoThreadIsGiven) {
  const auto ask = [] {
    const rlimit none{0, 0};
    if (setrlimit(RLIMIT_NPROC, &none) != 0 || setuid(65534) != 0) _exit(3);
    start_thread([] {}).join();
  };
  if (getuid() != 0) GTEST_SKIP() << "root is not held to RLIMIT_NPROC, and only root can leave it";
  EXPECT_EXIT(ask(), testing::ExitedWithCode(1), "refused a thread: Resource temporarily unav");
}

TEST(LastResort, StartsAThread) {
  bool ran = false;
  start_thread([&] { ran = true; }).join();
  EXPECT_TRUE(ran);
}

}  // namespace
}  // namespace mdh
