#include "daemon/endpoint/own_tokens.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "common/endpoint/own_token.h"
#include "daemon/system/read_file.h"
#include "daemon/system/write_file.h"

namespace mdh {
namespace {

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::set<std::uint32_t> read_users(const std::string& path) {
  std::set<std::uint32_t> users;
  const auto text = read_text(path);
  if (!text) return users;
  const char* at = text->data();
  const char* const end = at + text->size();
  while (at < end && users.size() < OwnTokens::kMost) {
    std::uint32_t user = 0;
    const auto read = std::from_chars(at, end, user);
    if (read.ec != std::errc()) break;
    users.insert(user);
    at = read.ptr + 1;
  }
  return users;
}

Error failed(const std::string& path) {
  return {.error_class = ErrorClass::storage,
          .stage = Stage::endpoint,
          .message = "cannot make " + path + ": " + std::strerror(errno)};
}

// Others pass through it to a file whose name they know, and list nothing.
Done make_folder(const std::string& path) {
  if (::mkdir(path.c_str(), 0711) != 0 && errno != EEXIST) return failed(path);
  struct stat found {};
  if (::lstat(path.c_str(), &found) != 0) return failed(path);
  const bool ours = S_ISDIR(found.st_mode) && found.st_uid == ::geteuid();
  if (!ours) errno = EEXIST;
  if (!ours || ::chmod(path.c_str(), 0711) != 0) return failed(path);
  return done();
}

}  // namespace

OwnTokens::OwnTokens(const std::string& runtime, const std::string& state_dir)
    : folder_(runtime + "/tokens"),
      memory_(state_dir + "/token-users"),
      users_(read_users(memory_)) {}

std::string OwnTokens::path_of(std::uint32_t user) const {
  return folder_ + "/" + std::to_string(user);
}

Done OwnTokens::write(std::uint32_t user, const Secret& seal) const {
  if (Done made = make_folder(folder_); !made) return made;
  std::string token = make_own_token(seal, user);
  FileAccess access;
  if (user != ::geteuid()) access.reader = user;
  const Done written = write_small_file(path_of(user), token, access);
  wipe(token);
  return written;
}

Done OwnTokens::remember() const {
  std::string text;
  for (const std::uint32_t one : users_) text += std::to_string(one) + "\n";
  return write_small_file(memory_, text);
}

Result<std::string> OwnTokens::file_of(std::uint32_t user, const Secret& seal) {
  const std::string path = path_of(user);
  const bool news = users_.size() < kMost && users_.insert(user).second;
  if (Done kept = news ? remember() : done(); !kept) return kept.error();
  if (exists(path)) return path;
  if (Done written = write(user, seal); !written) return written.error();
  return path;
}

bool OwnTokens::stand() const {
  const auto there = [this](std::uint32_t user) { return exists(path_of(user)); };
  return std::all_of(users_.begin(), users_.end(), there);
}

Done OwnTokens::renew(const Secret& seal) {
  Done all = users_.empty() || exists(memory_) ? done() : remember();
  for (const std::uint32_t user : users_) {
    if (Done written = write(user, seal); !written) all = written.error();
  }
  return all;
}

}  // namespace mdh
