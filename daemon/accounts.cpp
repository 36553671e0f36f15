#include "daemon/accounts.h"

#include <grp.h>
#include <pwd.h>

#include <cerrno>
#include <charconv>
#include <limits>
#include <vector>

namespace mdh {
namespace {

// The highest number means "none" to the kernel.
std::optional<unsigned> as_number(const std::string& text) {
  unsigned number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (number == std::numeric_limits<unsigned>::max()) return std::nullopt;
  return number;
}

// `ask` is getpwnam_r or getgrnam_r; their entries need a buffer of unknown size.
template <typename Entry, typename Ask>
bool find_entry(const std::string& name, Ask ask, Entry& entry, std::vector<char>& buffer) {
  constexpr std::size_t kLargest = 1024 * 1024;
  for (buffer.resize(1024); buffer.size() <= kLargest; buffer.resize(2 * buffer.size())) {
    Entry* found = nullptr;
    const int failed = ask(name.c_str(), &entry, buffer.data(), buffer.size(), &found);
    if (failed != ERANGE) return failed == 0 && found != nullptr;
  }
  return false;
}

}  // namespace

std::optional<uid_t> user_number(const std::string& name) {
  if (name == "root") return 0;
  if (const auto number = as_number(name)) return *number;
  passwd entry{};
  std::vector<char> buffer;
  if (!find_entry(name, getpwnam_r, entry, buffer)) return std::nullopt;
  return entry.pw_uid;
}

std::optional<gid_t> group_number(const std::string& name) {
  if (const auto number = as_number(name)) return *number;
  group entry{};
  std::vector<char> buffer;
  if (!find_entry(name, getgrnam_r, entry, buffer)) return std::nullopt;
  return entry.gr_gid;
}

}  // namespace mdh
