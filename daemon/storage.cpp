#include "daemon/storage.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>

#include "daemon/file_descriptor.h"
#include "daemon/file_replacement.h"

namespace mdh {
namespace {

constexpr std::size_t kLargest = 16 * 1024 * 1024;
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

Result<Secret> read_all(const FileDescriptor& file, const std::string& path) {
  Secret text;
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
  auto text = read_all(file, target);
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
    if (age >= kSettled || age < milliseconds(0)) return reading;
    std::this_thread::sleep_for(kSettled - age);
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

Done make_folder(const std::string& target) {
  const std::filesystem::path folder = std::filesystem::path(target).parent_path();
  std::error_code fault;
  if (std::filesystem::is_directory(folder, fault)) return done();
  std::filesystem::create_directories(folder.parent_path(), fault);
  if (::mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return done();
  return file_error("make the folder", folder.string());
}

// The guard of R36: sections that were there a moment ago and are gone may be on their way back.
Done guard(const FileEdit& edit, std::string_view text, FileMemory& memory) {
  if (!edit.others) return done();
  const std::vector<std::string> present = edit.others(text);
  const auto lost =
      std::find_if(memory.sections.begin(), memory.sections.end(), [&](const std::string& section) {
        return std::find(present.begin(), present.end(), section) == present.end();
      });
  const auto age = steady_clock::now() - memory.seen;
  if (lost != memory.sections.end() && age < kGuard) {
    Error error =
        file_error(edit.path + " lost the section [" + *lost + "] just now and may be half written",
                   "it is looked at again in a moment");
    error.retry_after = std::chrono::ceil<seconds>(kGuard - age);
    return error;
  }
  memory.sections = present;
  memory.seen = steady_clock::now();
  return done();
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
  if (Done made = make_folder(*target); !made) return made.error();
  const auto lock = lock_beside(*target);
  if (!lock) return lock.error();
  for (int round = 0; round < kMostEdits; ++round) {
    const auto before = stable_read(*target);
    if (!before) return before.error();
    if (Done fit = guard(edit, before->text.reveal(), memory); !fit) return fit.error();
    const auto after = edit.change(before->text.reveal());
    if (!after) return after.error();
    if (*after == before->text) return Edited::unchanged;
    const auto replaced = replace_file(*target, after->reveal(), before->look);
    if (!replaced) return replaced.error();
    if (*replaced) return Edited::replaced;
  }
  Error error = file_error(edit.path + " changes faster than it can be edited", "");
  error.retry_after = seconds(1);
  return error;
}

}  // namespace mdh
