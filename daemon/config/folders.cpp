#include "daemon/config/folders.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <tuple>
#include <utility>

#include "daemon/system/environment.h"
#include "daemon/system/file_descriptor.h"
#include "daemon/system/read_file.h"
#include "daemon/system/user_namespace.h"

namespace mdh {
namespace {

const char* const kHint = "name another one with --state-dir or --runtime-dir";

Error no_folder(const std::string& path, const std::string& why) {
  return {.error_class = ErrorClass::storage,
          .message = "cannot use the folder " + path + ": " + why,
          .hint = kHint};
}

bool is_folder(const std::string& path, struct stat& found) {
  return ::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode);
}

Done make_folder(const std::string& path) {
  std::error_code fault;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), fault);
  if (::mkdir(path.c_str(), 0700) == 0) return done();
  const int why = errno;
  struct stat found {};
  if (why == EEXIST && is_folder(path, found)) return done();
  return no_folder(path, std::strerror(why == EEXIST ? ENOTDIR : why));
}

// What systemd, a login or a person has to have made: below another user's it would be theirs.
bool is_own(const std::string& path) {
  struct stat found {};
  return is_folder(path, found) && found.st_uid == geteuid();
}

std::string parent_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

// What is full or read-only may hold the folder all the same.
Done take_a_file(const std::string& folder) {
  const std::string path = folder + "/trial";
  const FileDescriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file) return no_folder(folder, std::strerror(errno));
  ::unlink(path.c_str());
  return done();
}

// A login's folder (XDG_RUNTIME_DIR, /run/user/UID) is taken where it is the user's own.
Done take_runtime_folder(const std::string& path, const Surroundings& around) {
  const bool of_login = around.xdg_runtime_dir && path.starts_with(*around.xdg_runtime_dir + "/");
  if (of_login && !is_own(parent_of(path))) {
    return no_folder(path, parent_of(path) + " is not this user's own (XDG_RUNTIME_DIR)");
  }
  if (path.starts_with("/run/user/") && !is_own(parent_of(path))) {
    return no_folder(path, "there is no " + parent_of(path) + " of this user's");
  }
  const Done made = make_own_folder(path);
  return made ? take_a_file(path) : made;
}

// The places that are only looked at because they may be there (no login, no systemd) are passed
// over in silence; those that the environment names are told.
void find_runtime_folder(const Surroundings& around, Folders& folders) {
  for (const std::string& path : runtime_folders(around)) {
    const Done taken = take_runtime_folder(path, around);
    if (taken) {
      folders.runtime = path;
      return;
    }
    const bool likely = ::access(parent_of(path).c_str(), F_OK) == 0 || around.xdg_runtime_dir;
    if (likely) folders.warnings.push_back(taken.error().message);
  }
  folders.warnings.emplace_back(
      "no runtime folder can be had: the verbs do not find this daemon without --endpoint");
}

// Name and home of a user who has an entry.
std::pair<std::string, std::string> entry_of(std::uint32_t uid) {
  std::vector<char> room(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return {};
  return {found->pw_name, found->pw_dir};
}

}  // namespace

Surroundings surroundings() {
  Surroundings around;
  around.uid = geteuid();
  around.outer_uid = outer_user();
  std::tie(around.user, around.home) = entry_of(around.uid);
  if (around.outer_uid) around.outer_user = entry_of(*around.outer_uid).first;
  if (const auto id = read_text("/etc/machine-id", 64)) around.machine_id = *id;
  while (around.machine_id.ends_with('\n')) around.machine_id.pop_back();
  around.home_variable = environment_variable("HOME");
  around.state_directory = environment_variable("STATE_DIRECTORY");
  around.runtime_directory = environment_variable("RUNTIME_DIRECTORY");
  around.xdg_state_home = base_folder("XDG_STATE_HOME");
  around.xdg_runtime_dir = base_folder("XDG_RUNTIME_DIR");
  return around;
}

Done make_own_folder(const std::string& path) {
  if (Done made = make_folder(path); !made) return made;
  struct stat found {};
  if (!is_folder(path, found)) return no_folder(path, std::strerror(errno));
  if (found.st_uid != geteuid() && found.st_uid != 0) {
    return no_folder(path, "it belongs to uid " + std::to_string(found.st_uid));
  }
  return done();
}

namespace {

Result<std::string> state_folder_of(const SourceOptions& options) {
  if (options.state_dir) return expanded(*options.state_dir);
  std::vector<std::string> candidates = state_folders(surroundings());
  if (!candidates.empty()) return std::move(candidates.front());
  return Error{.message =
                   "there is no place for the state: neither STATE_DIRECTORY, "
                   "XDG_STATE_HOME nor a home folder is known",
               .hint = "name one with --state-dir"};
}

}  // namespace

Result<std::string> open_state_folder(const SourceOptions& options) {
  const auto path = state_folder_of(options);
  if (!path) return path;
  if (Done made = geteuid() == 0 ? make_folder(*path) : make_own_folder(*path); !made)
    return made.error();
  return path;
}

Done could_open_state_folder(const SourceOptions& options) {
  const auto path = state_folder_of(options);
  if (!path) return path.error();
  std::filesystem::path standing = *path;
  while (standing.has_relative_path() && ::access(standing.c_str(), F_OK) != 0 && errno == ENOENT)
    standing = standing.parent_path();
  struct stat found {};
  if (!is_folder(standing, found)) return no_folder(*path, std::strerror(errno));
  if (standing == *path && geteuid() != 0 && found.st_uid != geteuid() && found.st_uid != 0)
    return no_folder(*path, "it belongs to uid " + std::to_string(found.st_uid));
  if (::faccessat(AT_FDCWD, standing.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    return no_folder(*path, standing.string() + ": " + std::strerror(errno));
  return done();
}

Result<Folders> open_folders(const SourceOptions& options) {
  Result<std::string> state = open_state_folder(options);
  if (!state) return state.error();
  if (Done own = make_own_folder(*state); !own) return own.error();
  Folders folders{.state = std::move(state).value(), .runtime = {}, .warnings = {}};
  if (!options.runtime_dir) {
    Surroundings around = surroundings();
    // Beside the state that is in use, wherever an option has put it.
    around.state_directory = folders.state;
    find_runtime_folder(around, folders);
    return folders;
  }
  folders.runtime = expanded(*options.runtime_dir);
  if (Done made = make_own_folder(folders.runtime); !made) return made.error();
  return folders;
}

}  // namespace mdh
