#include "daemon/profile_file/edit_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>

#include "daemon/profile_file/replace_file.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {
namespace {

constexpr std::size_t kLargest = std::size_t{16} * 1024 * 1024;
constexpr int kMostEdits = 5;
constexpr int kMostReads = 20;
constexpr seconds kGuard{5};
constexpr seconds kLockPatience{5};
constexpr milliseconds kLockPause{20};
// Writers that truncate in place take less than this from the truncation to the last byte.
constexpr milliseconds kSettled{50};

using std::chrono::steady_clock;

milliseconds age_of(const FileLook& look) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  const auto since = seconds(now.tv_sec - look.changed.tv_sec) +
                     std::chrono::nanoseconds(now.tv_nsec - look.changed.tv_nsec);
  return std::chrono::duration_cast<milliseconds>(since);
}

Result<Secret> read_all(const FileDescriptor& file, const FileLook& look, const std::string& path) {
  Secret text;
  text.reserve(std::min(static_cast<std::size_t>(look.size), kLargest));
  char piece[65536];
  for (;;) {
    const ssize_t count = ::read(file.get(), piece, sizeof piece);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read", path);
    text.append({piece, static_cast<std::size_t>(count)});
    explicit_bzero(piece, static_cast<std::size_t>(count));
    if (count == 0) return text;
    if (text.size() > kLargest) {
      return file_error(path + " is larger than 16 MiB", "it is no profile file; move it away");
    }
  }
}

struct Reading {
  Secret text;
  std::optional<FileLook> look;  // nothing: there is no file
};

Result<Reading> read_once(const std::string& target) {
  // O_NONBLOCK: a FIFO in the file's place must not hold the thread.
  const FileDescriptor file(::open(target.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return Reading{};
  if (!file) return file_error("open", target);
  const auto look = look_at(file);
  if (!look) return file_error("stat", target);
  if (!S_ISREG(look->mode)) return file_error(target + " is no regular file", "move it away");
  auto text = read_all(file, *look, target);
  if (!text) return text.error();
  return Reading{std::move(text).value(), look};
}

// A read counts when size, mtime and inode held still round it, and have for a while: `aws
// configure set` truncates in place, and what it has written so far is not the file.
Result<Reading> stable_read(const std::string& target) {
  for (int round = 0; round < kMostReads; ++round) {
    auto reading = read_once(target);
    if (!reading) return reading;
    const auto after = look_at(target);
    if (after != reading->look) continue;
    const milliseconds age = after ? age_of(*after) : kSettled;
    if (age >= kSettled) return reading;
    // A time in the future says nothing about how long ago it was written.
    std::this_thread::sleep_for(std::min(kSettled - age, kSettled));
    if (look_at(target) == reading->look) return reading;
  }
  Error error = file_error(target + " does not hold still: another program is writing it", "");
  error.retry_after = seconds(1);
  return error;
}

Result<FileDescriptor> lock_beside(const std::string& target) {
  const std::string path = sibling(target, "lock");
  FileDescriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return file_error("open", path);
  // Root's lock in a user's folder would shut the user out.
  struct stat folder {};
  const std::string around = std::filesystem::path(path).parent_path().string();
  if (::geteuid() == 0 && ::stat(around.c_str(), &folder) == 0 &&
      ::fchown(lock.get(), folder.st_uid, folder.st_gid) != 0) {
    return file_error("chown", path);
  }
  struct flock whole {};
  whole.l_type = F_WRLCK;
  const auto until = steady_clock::now() + kLockPatience;
  while (::fcntl(lock.get(), F_OFD_SETLK, &whole) != 0) {
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) return file_error("lock", path);
    if (steady_clock::now() > until) {
      Error error = file_error(path + " is held by another process",
                               "is another mdh-credentials busy with the same file?");
      error.retry_after = seconds(5);
      return error;
    }
    std::this_thread::sleep_for(kLockPause);
  }
  return lock;
}

// Behind a dangling symlink the folder is not made: what should be mounted there may be away.
Done make_folder(const std::string& path, const std::string& target) {
  const std::filesystem::path folder = std::filesystem::path(target).parent_path();
  std::error_code fault;
  if (std::filesystem::is_directory(folder, fault)) return done();
  if (path != target) {
    return file_error(path + " is a symlink into a folder that is not there: " + folder.string(),
                      "mend the symlink, or make the folder; it is tried again by itself");
  }
  std::filesystem::create_directories(folder.parent_path(), fault);
  if (::mkdir(folder.c_str(), 0700) == 0) return done();
  if (errno == EEXIST) errno = ENOTDIR;
  return file_error("make the folder", folder.string());
}

// Brings the memory up to date with the sections that are there now.
void remember(const std::vector<std::string>& present, FileMemory& memory) {
  const auto now = steady_clock::now();
  for (auto& [section, missed] : memory.sections) {
    const bool there = std::find(present.begin(), present.end(), section) != present.end();
    missed = there ? std::nullopt : std::optional(missed.value_or(now));
  }
  std::erase_if(memory.sections,
                [now](const auto& one) { return one.second && now - *one.second >= kGuard; });
  for (const std::string& section : present) memory.sections.try_emplace(section);
}

// The guard of R36: sections that were there at the last look and are gone may be on their way
// back.
Done guard(const FileEdit& edit, const FileMemory& memory) {
  const auto lost = std::find_if(memory.sections.begin(), memory.sections.end(),
                                 [](const auto& one) { return one.second.has_value(); });
  if (lost == memory.sections.end()) return done();
  Error error = file_error(
      edit.path + " lost the section [" + lost->first + "] just now and may be half written",
      "it is looked at again in a moment");
  error.retry_after = std::chrono::ceil<seconds>(kGuard - (steady_clock::now() - *lost->second));
  return error;
}

// Nothing: another program was faster, so the edit is to be made anew.
Result<std::optional<Edited>> edit_once(const FileEdit& edit, const std::string& target,
                                        FileMemory& memory) {
  const auto before = stable_read(target);
  if (!before) return before.error();
  const auto after = edit.change(before->text.reveal());
  if (!after) return after.error();
  if (edit.others) remember(edit.others(before->text.reveal()), memory);
  // Nobody learns a secret from how long a file's comparison takes.
  if (after->reveal() == before->text.reveal()) return std::optional(Edited::unchanged);
  if (Done fit = guard(edit, memory); !fit) return fit.error();
  const auto replaced = replace_file(target, after->reveal(), before->look);
  if (!replaced) return replaced.error();
  return *replaced ? std::optional(Edited::replaced) : std::nullopt;
}

// Where nothing can be written, nothing may be wanting: a file kept by the system's configuration.
bool stands_already(const FileEdit& edit, const std::string& target) {
  const auto reading = stable_read(target);
  if (!reading || !reading->look) return false;
  const auto after = edit.change(reading->text.reveal());
  return after && after->reveal() == reading->text.reveal();
}

Result<FileDescriptor> prepare(const FileEdit& edit, const std::string& target) {
  if (Done made = make_folder(edit.path, target); !made) return made.error();
  return lock_beside(target);
}

}  // namespace

Result<Secret> read_file(const std::string& path) {
  const auto target = resolved_target(path);
  if (!target) return target.error();
  auto reading = stable_read(*target);
  if (!reading) return reading.error();
  return std::move(reading->text);
}

Result<Edited> edit_file(const FileEdit& edit, FileMemory& memory) {
  const auto target = resolved_target(edit.path);
  if (!target) return target.error();
  const auto lock = prepare(edit, *target);
  if (!lock && stands_already(edit, *target)) return Edited::unchanged;
  if (!lock) return lock.error();
  ::unlink(sibling(*target, "new").c_str());  // a crash's, which holds secrets
  for (int round = 0; round < kMostEdits; ++round) {
    const auto edited = edit_once(edit, *target, memory);
    if (!edited) return edited.error();
    if (*edited) return **edited;
  }
  Error error = file_error(edit.path + " changes faster than it can be edited", "");
  error.retry_after = seconds(1);
  return error;
}

}  // namespace mdh
