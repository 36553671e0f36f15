#include "daemon/system/read_file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <functional>
#include <system_error>

#include "daemon/system/file_descriptor.h"

namespace mdh {
namespace {

constexpr std::chrono::seconds kPipePatience{5};

using Taker = std::function<void(std::string_view)>;

Error unreadable(const std::string& path, const std::string& why) {
  return {ErrorClass::config, Stage::config, "cannot read " + path + ": " + why};
}

// Such trouble may pass by itself: a start is worth another try, which systemd does not make after
// a configuration error.
bool passes(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO;
}

Error unreadable(const std::string& path, int error) {
  Error told = unreadable(path, std::generic_category().message(error));
  if (passes(error)) told.error_class = ErrorClass::storage;
  return told;
}

// Whether a pipe has something to say, or its writers are gone, before the time is up.
bool ready(const FileDescriptor& file, std::chrono::steady_clock::time_point until) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(until - std::chrono::steady_clock::now());
  if (left <= milliseconds(0)) return false;
  pollfd source{file.get(), POLLIN, 0};
  const int found = ::poll(&source, 1, static_cast<int>(left.count()));
  return found > 0 || (found < 0 && errno == EINTR);
}

bool is_pipe(const FileDescriptor& file) {
  struct stat about {};
  return ::fstat(file.get(), &about) == 0 && S_ISFIFO(about.st_mode);
}

Done read_all(const FileDescriptor& file, const std::string& path, std::size_t most,
              const Taker& take) {
  std::array<char, 8192> piece{};
  std::size_t total = 0;
  const bool pipe = is_pipe(file);
  const auto until = std::chrono::steady_clock::now() + kPipePatience;
  for (;;) {
    if (pipe && !ready(file, until)) return unreadable(path, "nobody writes to this pipe");
    const ssize_t got = ::read(file.get(), piece.data(), piece.size());
    if (got == 0) break;
    if (got < 0 && (errno == EINTR || (pipe && errno == EAGAIN))) continue;
    if (got < 0) return unreadable(path, errno);
    total += static_cast<std::size_t>(got);
    if (total > most) break;
    take({piece.data(), static_cast<std::size_t>(got)});
  }
  ::explicit_bzero(piece.data(), piece.size());
  if (total > most) return unreadable(path, "larger than " + std::to_string(most) + " bytes");
  return done();
}

// Without O_NONBLOCK a FIFO put in the file's place would hold us for ever.
Result<FileDescriptor> open_kind(const std::string& path, bool pipe_too) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return unreadable(path, errno);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return unreadable(path, errno);
  if (S_ISDIR(about.st_mode)) return unreadable(path, EISDIR);
  const bool taken = S_ISREG(about.st_mode) || (pipe_too && S_ISFIFO(about.st_mode));
  if (!taken) return unreadable(path, "not a regular file");
  return file;
}

}  // namespace

Result<FileDescriptor> open_regular(const std::string& path) {
  return open_kind(path, false);
}

Result<FileDescriptor> open_pipe_too(const std::string& path) {
  return open_kind(path, true);
}

Result<std::string> read_text(const std::string& path, std::size_t most) {
  const Result<FileDescriptor> file = open_regular(path);
  if (!file) return file.error();
  std::string text;
  const auto take = [&](std::string_view piece) { text += piece; };
  const Done read = read_all(*file, path, most, take);
  if (!read) return read.error();
  return text;
}

Result<Secret> read_secret(const std::string& path, std::size_t most) {
  const Result<FileDescriptor> file = open_regular(path);
  if (!file) return file.error();
  return read_opened(*file, path, most);
}

Result<Secret> read_opened(const FileDescriptor& file, const std::string& path, std::size_t most) {
  Secret text;
  const auto take = [&](std::string_view piece) { text.append(piece); };
  const Done read = read_all(file, path, most, take);
  if (!read) return read.error();
  return text;
}

}  // namespace mdh
