#include "daemon/system/environment.h"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <system_error>

namespace mdh {
namespace {

template <typename Ask>
std::string home_of(const Ask& ask) {
  std::array<char, 16384> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (ask(&entry, room.data(), room.size(), &found) != 0) return {};
  return found == nullptr || found->pw_dir == nullptr ? std::string{} : found->pw_dir;
}

// os.path.expandvars(): a variable that is set to nothing counts, one that is not set stays.
std::string with_variables(const std::string& text) {
  constexpr std::string_view kLetters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
  std::string whole;
  for (std::size_t at = 0; at < text.size();) {
    const bool braced = text.compare(at, 2, "${") == 0;
    const std::size_t name = at + (braced ? 2 : 1);
    std::size_t end = text[at] != '$' ? name
                      : braced        ? text.find('}', name)
                                      : text.find_first_not_of(kLetters, name);
    if (!braced) end = std::min(end, text.size());
    const char* value = text[at] == '$' && end != text.npos && end != name
                            ? std::getenv(text.substr(name, end - name).c_str())
                            : nullptr;
    if (value == nullptr) {
      whole += text[at++];
    } else {
      whole += value;
      at = end + (braced ? 1 : 0);
    }
  }
  return whole;
}

}  // namespace

std::optional<std::string> environment_variable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

std::optional<std::string> base_folder(const char* name) {
  auto value = environment_variable(name);
  return value && value->starts_with('/') ? value : std::nullopt;
}

std::string home_folder() {
  if (auto home = environment_variable("HOME")) return *std::move(home);
  return home_of([](passwd* entry, char* room, std::size_t size, passwd** found) {
    return ::getpwuid_r(::getuid(), entry, room, size, found);
  });
}

std::string python_expanded(const std::string& path) {
  std::string whole = with_variables(path);
  if (!whole.starts_with('~')) return whole;
  const std::size_t end = std::min(whole.find('/'), whole.size());
  const std::string user = whole.substr(1, end - 1);
  const std::string home =
      user.empty() ? home_folder()
                   : home_of([&](passwd* entry, char* room, std::size_t size, passwd** found) {
                       return ::getpwnam_r(user.c_str(), entry, room, size, found);
                     });
  return home.empty() ? whole : home + whole.substr(end);
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
  if (length <= 0) return "mdh-credentials";
  std::string program(path, static_cast<std::size_t>(length));
  // So the kernel calls the file of a program that was replaced or removed.
  constexpr std::string_view kDeleted = " (deleted)";
  if (program.ends_with(kDeleted) && access(program.c_str(), F_OK) != 0)
    program.resize(program.size() - kDeleted.size());
  return program;
}

}  // namespace mdh
