#include "daemon/process_figures.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "daemon/clock.h"
#include "daemon/file_text.h"

namespace mdh {
namespace {

// A field of /proc/self/stat, counted from 1 as in proc(5); the second, which may hold blanks, is
// passed over.
double stat_field(const std::string& stat, int number) {
  std::istringstream fields(stat.substr(std::min(stat.size(), stat.rfind(')') + 2)));
  std::string field;
  for (int at = 3; at <= number && fields >> field; ++at) continue;
  return std::strtod(field.c_str(), nullptr);
}

double count_descriptors() {
  std::error_code fault;
  double count = 0;
  for (std::filesystem::directory_iterator one("/proc/self/fd", fault), end; one != end;
       one.increment(fault)) {
    ++count;
  }
  return count - 1;  // the listing's own
}

}  // namespace

ProcessFigures read_process_figures() {
  ProcessFigures figures;
  const auto stat = read_text("/proc/self/stat");
  if (!stat) return figures;
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  figures.cpu_seconds = (stat_field(*stat, 14) + stat_field(*stat, 15)) / ticks;
  figures.virtual_bytes = stat_field(*stat, 23);
  figures.resident_bytes = stat_field(*stat, 24) * static_cast<double>(sysconf(_SC_PAGESIZE));
  figures.open_fds = count_descriptors();
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = static_cast<double>(limit.rlim_cur);
  const Now now = read_clocks();
  const std::chrono::duration<double> booted =
      now.wall.time_since_epoch() - now.boot.time_since_epoch();
  figures.start_time_seconds = booted.count() + stat_field(*stat, 22) / ticks;
  return figures;
}

}  // namespace mdh
