#include "daemon/system/environment.h"

#include <pwd.h>
#include <unistd.h>

#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <system_error>

namespace mdh {

std::optional<std::string> environment_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::string home_folder() {
  if (auto home = environment_variable("HOME")) return *std::move(home);
  std::array<char, 16384> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, room.data(), room.size(), &found) != 0) return {};
  return found == nullptr || found->pw_dir == nullptr ? std::string{} : found->pw_dir;
}

std::string expanded(const std::string& path) {
  const bool in_home = path == "~" || path.starts_with("~/");
  std::string whole = in_home ? home_folder() + path.substr(1) : path;
  if (whole.empty() || whole.starts_with('/')) return whole;
  std::error_code failed;
  const std::filesystem::path absolute = std::filesystem::absolute(whole, failed);
  return failed ? whole : absolute.string();
}

std::string own_program() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  return length > 0 ? std::string(path, static_cast<std::size_t>(length)) : "mdh-credentials";
}

}  // namespace mdh
