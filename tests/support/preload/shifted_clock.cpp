// Preloaded into the program: the wall clock is elsewhere by the seconds in the file that
// MDH_TEST_WALL_SHIFT names, boot time by those in MDH_TEST_BOOT_SHIFT's; read at every call, so
// that a test sets a clock by writing a file.
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <ctime>

namespace {

long shift_in(const char* variable) {
  const char* path = std::getenv(variable);
  if (path == nullptr) return 0;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  std::array<char, 32> text{};
  const ssize_t got = read(file, text.data(), text.size() - 1);
  close(file);
  return got > 0 ? std::atol(text.data()) : 0;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* time) {
  const long result = syscall(SYS_clock_gettime, clock, time);
  if (result != 0) return -1;
  if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE) {
    time->tv_sec += shift_in("MDH_TEST_WALL_SHIFT");
  }
  if (clock == CLOCK_BOOTTIME) time->tv_sec += shift_in("MDH_TEST_BOOT_SHIFT");
  return 0;
}

extern "C" time_t time(time_t* out) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}

extern "C" int gettimeofday(timeval* out, void*) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  *out = {now.tv_sec, now.tv_nsec / 1000};
  return 0;
}
