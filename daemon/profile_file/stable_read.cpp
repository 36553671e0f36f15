#include "daemon/profile_file/stable_read.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>

#include "daemon/system/file_descriptor.h"

namespace mdh {
namespace {

constexpr std::size_t kLargest = std::size_t{16} * 1024 * 1024;
constexpr int kMostReads = 20;

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
      return file_error(path + " is larger than 16 MiB",
                        "it is no profile file: move it away, or set profile_file.path");
    }
  }
}

Result<Reading> read_once(const std::string& target) {
  // O_NONBLOCK: a FIFO in the file's place must not hold the thread.
  const FileDescriptor file(::open(target.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file && errno == ENOENT) return Reading{};
  if (!file) return file_error("open", target);
  const auto look = look_at(file);
  if (!look) return file_error("stat", target);
  if (!S_ISREG(look->mode)) return not_a_file(target);
  auto text = read_all(file, *look, target);
  if (!text) return text.error();
  return Reading{std::move(text).value(), look};
}

}  // namespace

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

}  // namespace mdh
