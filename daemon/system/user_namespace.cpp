#include "daemon/system/user_namespace.h"

#include <unistd.h>

#include <fstream>

namespace mdh {
namespace {

struct Range {
  std::uint64_t inside = 0, outside = 0, count = 0;
};

constexpr std::uint64_t kEverybody = 0xffffffff;

}  // namespace

std::optional<std::uint32_t> overflow_user() {
  std::ifstream map("/proc/self/uid_map");
  if (!map) return std::nullopt;  // no such namespaces here
  Range range;                    // an empty map names nobody
  map >> range.inside >> range.outside >> range.count;
  if (range.inside == 0 && range.count == kEverybody) return std::nullopt;
  std::uint32_t overflow = 65534;
  std::ifstream("/proc/sys/kernel/overflowuid") >> overflow;
  return overflow;
}

std::optional<std::uint32_t> outer_user() {
  std::ifstream map("/proc/self/uid_map");
  const std::uint64_t uid = geteuid();
  for (Range range; map >> range.inside >> range.outside >> range.count;) {
    if (uid < range.inside || uid - range.inside >= range.count) continue;
    const std::uint64_t outer = range.outside + (uid - range.inside);
    return outer == uid ? std::nullopt : std::optional(static_cast<std::uint32_t>(outer));
  }
  return std::nullopt;
}

}  // namespace mdh
