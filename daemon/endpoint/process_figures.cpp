#include "daemon/endpoint/process_figures.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <sstream>
#include <string>

namespace mdh {
namespace {

// proc_pid_stat(5): fields are counted after the name in brackets, which may hold anything.
struct Stat {
  double user_ticks = 0;
  double system_ticks = 0;
  double start_ticks = 0;
  double virtual_bytes = 0;
  double resident_pages = 0;
};

Stat read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t bracket = text.rfind(')');
  if (bracket == text.npos) return {};
  std::istringstream fields(text.substr(bracket + 1));
  std::string field;
  Stat stat;
  for (int number = 3; fields >> field && number <= 24; ++number) {
    if (number == 14) stat.user_ticks = std::strtod(field.c_str(), nullptr);
    if (number == 15) stat.system_ticks = std::strtod(field.c_str(), nullptr);
    if (number == 22) stat.start_ticks = std::strtod(field.c_str(), nullptr);
    if (number == 23) stat.virtual_bytes = std::strtod(field.c_str(), nullptr);
    if (number == 24) stat.resident_pages = std::strtod(field.c_str(), nullptr);
  }
  return stat;
}

double boot_seconds_since_epoch() {
  timespec wall{};
  timespec boot{};
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  const auto whole = static_cast<double>(wall.tv_sec - boot.tv_sec);
  return whole + static_cast<double>(wall.tv_nsec - boot.tv_nsec) / 1e9;
}

double count_open_fds() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return 0;
  double count = -3;  // itself, "." and ".."
  while (readdir(folder) != nullptr) ++count;
  closedir(folder);
  return count;
}

double most_fds() {
  rlimit limit{};
  return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

}  // namespace

ProcessFigures read_process_figures() {
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  const Stat stat = read_stat();
  return {.cpu_seconds = (stat.user_ticks + stat.system_ticks) / ticks,
          .resident_bytes = stat.resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)),
          .virtual_bytes = stat.virtual_bytes,
          .open_fds = count_open_fds(),
          .max_fds = most_fds(),
          .start_time_seconds = boot_seconds_since_epoch() + stat.start_ticks / ticks};
}

}  // namespace mdh
