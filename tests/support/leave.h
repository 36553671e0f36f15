// How a test's child process ends: as by _exit(), without the parent's destructors, but with what
// it counted kept where the build counts coverage.
#pragma once

#include <unistd.h>

#ifdef MDH_COVERAGE
extern "C" void __gcov_dump();
#endif

namespace mdh::test {

[[noreturn]] inline void leave(int status) {
#ifdef MDH_COVERAGE
  __gcov_dump();
#endif
  ::_exit(status);
}

}  // namespace mdh::test
