#include "daemon/system/read_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <functional>
#include <system_error>

#include "daemon/system/file_descriptor.h"

namespace mdh {
namespace {

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

Done read_all(const FileDescriptor& file, const std::string& path, std::size_t most,
              const Taker& take) {
  std::array<char, 8192> piece{};
  std::size_t total = 0;
  ssize_t got = 0;
  while ((got = ::read(file.get(), piece.data(), piece.size())) != 0) {
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreadable(path, errno);
    total += static_cast<std::size_t>(got);
    if (total > most) break;
    take({piece.data(), static_cast<std::size_t>(got)});
  }
  ::explicit_bzero(piece.data(), piece.size());
  if (total > most) return unreadable(path, "larger than " + std::to_string(most) + " bytes");
  return done();
}

}  // namespace

// Without O_NONBLOCK a FIFO put in the file's place would hold us for ever.
Result<FileDescriptor> open_regular(const std::string& path) {
  FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return unreadable(path, errno);
  struct stat about {};
  if (::fstat(file.get(), &about) != 0) return unreadable(path, errno);
  if (S_ISDIR(about.st_mode)) return unreadable(path, EISDIR);
  if (!S_ISREG(about.st_mode)) return unreadable(path, "not a regular file");
  return file;
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
