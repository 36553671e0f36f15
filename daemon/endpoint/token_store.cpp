#include "daemon/endpoint/token_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "common/encoding.h"
#include "daemon/system/entropy.h"
#include "daemon/system/file_descriptor.h"
#include "daemon/system/read_file.h"
#include "daemon/system/write_file.h"

namespace mdh {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kShortestToken = 32;
constexpr int kMostLockTries = 250;
constexpr milliseconds kLockPause{20};

struct Places {
  std::string token;
  std::string retired;  // beside the token
  std::string seal;
};

Places places(const EndpointConfig& config, const std::string& state_dir) {
  const std::string token = token_path(config, state_dir);
  const auto folder = std::filesystem::path(token).parent_path();
  return {token, (folder / "retired-tokens.json").string(), state_dir + "/own-token-seal"};
}

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

bool is_token(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.size() >= kShortestToken && text.find_first_not_of(kAlphabet) == text.npos;
}

// The group as a number, or as the name service told; not known (yet): none.
FileAccess access_of(const EndpointConfig& config, const Names& names) {
  const std::string& name = config.token_group;
  gid_t group = 0;
  const auto number = std::from_chars(name.data(), name.data() + name.size(), group);
  const bool numeric = number.ec == std::errc() && number.ptr == name.data() + name.size();
  const auto told = names.groups.find(name);
  if (!numeric && told != names.groups.end() && told->second) {
    group = *told->second;
  } else if (!numeric) {
    return {.mode = 0600};
  }
  return {.mode = 0640, .group = group};
}

Secret new_token() {
  std::string bytes = random_bytes(kTokenBytes);
  std::string text = base64url_encode(bytes);
  wipe(bytes);
  return Secret::take(text);
}

TokenRing new_ring() {
  return {new_token(), {}, new_token()};
}

Error locking_failed(const std::string& what, const std::string& path) {
  return {.error_class = ErrorClass::storage,
          .stage = Stage::endpoint,
          .message = "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

// Keeps two that rotate apart. A file that only the folder's owner can open: whoever may read the
// folder could hold a lock on the folder itself for ever.
Result<FileDescriptor> lock_rotation(const std::string& token_file) {
  const std::string path = token_file + ".lock";
  FileDescriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!lock) return locking_failed("open", path);
  struct stat folder {};
  const std::string around = std::filesystem::path(path).parent_path().string();
  if (::geteuid() == 0 && ::stat(around.c_str(), &folder) == 0 &&
      ::fchown(lock.get(), folder.st_uid, folder.st_gid) != 0) {
    return locking_failed("chown", path);
  }
  struct flock whole {};
  whole.l_type = F_WRLCK;
  for (int tries = 0; ::fcntl(lock.get(), F_OFD_SETLK, &whole) != 0; ++tries) {
    const bool held = errno == EAGAIN || errno == EACCES || errno == EINTR;
    if (!held || tries == kMostLockTries) return locking_failed("lock", path);
    std::this_thread::sleep_for(kLockPause);
  }
  return lock;
}

Result<Secret> read_token(const std::string& path) {
  auto token = read_secret(path, 4096);
  if (!token || is_token(token->reveal())) return token;
  return Error{
      .stage = Stage::endpoint,
      .message = path + " holds no token of 32 or more of A-Z a-z 0-9 _ - and nothing else",
      .hint = "remove it, and a new one is made (a line end in it breaks botocore)"};
}

// Touching a file that is right already would wake the watch on it, which reads it again, for ever.
bool is_right(int file, const struct stat& found, const FileAccess& access) {
  if ((found.st_mode & 07777) != access.mode) return false;
  return !access.group || found.st_gid == *access.group ||
         ::fgetxattr(file, "system.posix_acl_access", nullptr, 0) > 0;
}

// Looked at before it is touched: the path may name another file by mistake. A mounted token that
// is not ours is left as it is, and so is a group that is not known yet.
Result<Secret> read_and_narrow(const std::string& path, const FileAccess& access, bool waiting) {
  auto token = read_token(path);
  if (!token) return token;
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat found {};
  if (!file || ::fstat(file.get(), &found) != 0 || found.st_uid != ::geteuid()) return token;
  if (is_right(file.get(), found, access)) return token;
  const bool open_to_others = (found.st_mode & 0137) != 0;
  if (!waiting || open_to_others) (void)give_access(file.get(), access);
  return token;
}

// Takes no lock: the daemon would wait for it. Of two that make a first token at once, one wins,
// and both read that.
Result<Secret> read_or_make(const std::string& path, const Secret& otherwise,
                            const FileAccess& access, bool waiting = false) {
  if (!exists(path)) {
    const Done made = make_small_file(path, otherwise.reveal(), access);
    if (!made) return made.error();
  }
  return read_and_narrow(path, access, waiting);
}

Secret take_seal(nlohmann::json& entry) {
  const auto found = entry.find("seal");
  if (found == entry.end() || !found->is_string()) return Secret();
  auto& text = found->get_ref<std::string&>();
  Secret seal(text);
  wipe(text);
  return seal;
}

std::vector<RetiredToken> read_retired(const std::string& path, WallTime now) {
  std::vector<RetiredToken> retired;
  const auto text = read_secret(path);
  if (!text) return retired;
  auto json = nlohmann::json::parse(text->reveal(), nullptr, false);
  if (!json.is_array()) return retired;
  for (auto& entry : json) {
    if (!entry.is_object() || !entry["token"].is_string() || !entry["valid_until"].is_string()) {
      continue;
    }
    const auto until = parse_rfc3339(entry["valid_until"].get_ref<const std::string&>());
    auto& token = entry["token"].get_ref<std::string&>();
    if (until && *until > now) retired.push_back({Secret(token), *until, take_seal(entry)});
    wipe(token);
  }
  return retired;
}

Done write_retired(const std::string& path, const std::vector<RetiredToken>& retired) {
  // By hand, since the tokens need no escape and a JSON value would leave copies behind.
  Secret text("[");
  for (const RetiredToken& one : retired) {
    text.append(text.size() > 1 ? ",{\"token\":\"" : "{\"token\":\"");
    text.append(one.token.reveal());
    text.append("\",\"seal\":\"");
    text.append(one.seal.reveal());
    text.append("\",\"valid_until\":\"" + format_rfc3339(one.valid_until) + "\"}");
  }
  text.append("]\n");
  return write_small_file(path, text.reveal());
}

}  // namespace

std::string token_path(const EndpointConfig& config, const std::string& state_dir) {
  return config.token_file.empty() ? state_dir + "/authorization-token" : config.token_file;
}

Result<TokenRing> open_tokens(const EndpointConfig& config, const std::string& state_dir,
                              WallTime now, const TokensInForce& known) {
  const Places at = places(config, state_dir);
  const FileAccess access = access_of(config, known.names);
  const TokenRing otherwise = known.ring ? copy(*known.ring) : new_ring();
  auto current = read_or_make(at.token, otherwise.current, access,
                              !config.token_group.empty() && !access.group);
  if (!current) return current.error();
  auto seal = read_or_make(at.seal, otherwise.seal, {});
  if (!seal) return seal.error();
  if (!otherwise.retired.empty() && !exists(at.retired)) {
    if (Done kept = write_retired(at.retired, otherwise.retired); !kept) return kept.error();
  }
  return TokenRing{std::move(current).value(), read_retired(at.retired, now),
                   std::move(seal).value()};
}

bool token_files_stand(const EndpointConfig& config, const std::string& state_dir,
                       const TokenRing& ring) {
  const Places at = places(config, state_dir);
  return exists(at.token) && exists(at.seal) && (ring.retired.empty() || exists(at.retired));
}

Done rotate_token(const EndpointConfig& config, const std::string& state_dir,
                  const Rotation& rotation, const Names& names) {
  const Places at = places(config, state_dir);
  const auto lock = lock_rotation(at.token);
  if (!lock) return lock.error();
  const WallTime end = rotation.now + rotation.grace;
  std::vector<RetiredToken> retired = read_retired(at.retired, rotation.now);
  // No older token outlives the one that is retired now.
  for (RetiredToken& one : retired) one.valid_until = std::min(one.valid_until, end);
  if (exists(at.token)) {
    auto current = read_token(at.token);
    if (!current) return current.error();
    auto seal = read_token(at.seal);
    retired.push_back({std::move(current).value(), end, seal ? std::move(*seal) : Secret()});
  }
  if (rotation.grace == seconds(0)) retired.clear();
  // The token last, which is what a daemon watches: at no moment is the old one unknown to it.
  if (Done written = write_retired(at.retired, retired); !written) return written;
  if (Done written = write_small_file(at.seal, new_token().reveal()); !written) return written;
  return write_small_file(at.token, new_token().reveal(), access_of(config, names));
}

}  // namespace mdh
