#include "daemon/endpoint/token_store.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "common/encoding.h"
#include "daemon/system/entropy.h"
#include "daemon/system/file_descriptor.h"
#include "daemon/system/read_file.h"
#include "daemon/system/write_file.h"

namespace mdh {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kShortestToken = 32;

std::string beside(const std::string& token_file, const char* name) {
  return (std::filesystem::path(token_file).parent_path() / name).string();
}

std::string retired_path(const std::string& token_file) {
  return beside(token_file, "retired-tokens.json");
}

bool is_token(std::string_view text) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.size() >= kShortestToken && text.find_first_not_of(kAlphabet) == text.npos;
}

FileAccess access_of(const EndpointConfig& config) {
  if (config.token_group.empty()) return {.mode = 0600};
  gid_t group = 0;
  const std::string& name = config.token_group;
  const auto number = std::from_chars(name.data(), name.data() + name.size(), group);
  if (number.ec != std::errc() || number.ptr != name.data() + name.size()) {
    const struct group* entry = getgrnam(name.c_str());
    if (entry == nullptr) return {.mode = 0600};
    group = entry->gr_gid;
  }
  return {.mode = 0640, .group = group};
}

Secret new_token() {
  std::string bytes = random_bytes(kTokenBytes);
  std::string text = base64url_encode(bytes);
  wipe(bytes);
  return Secret::take(text);
}

// The folder itself is the lock that keeps two that make or rotate a token apart: a lock file made
// by root would shut out a daemon of another user.
FileDescriptor lock_tokens(const std::string& token_file) {
  const std::string folder = std::filesystem::path(token_file).parent_path().string();
  FileDescriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  while (lock && ::flock(lock.get(), LOCK_EX) != 0 && errno == EINTR) {
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

// A mounted token that cannot be changed is left as it is.
void narrow(const std::string& path, mode_t allowed) {
  struct stat found {};
  if (::stat(path.c_str(), &found) == 0 && (found.st_mode & 0777 & ~allowed) != 0) {
    (void)::chmod(path.c_str(), allowed);
  }
}

Result<Secret> read_or_make_token(const EndpointConfig& config, const std::string& path) {
  if (::access(path.c_str(), F_OK) == 0) {
    narrow(path, access_of(config).mode);
    return read_token(path);
  }
  Secret token = new_token();
  if (Done written = write_small_file(path, token.reveal(), access_of(config)); !written) {
    return written.error();
  }
  return token;
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
    if (until && *until > now) retired.push_back({Secret(token), *until});
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
                              WallTime now) {
  const std::string path = token_path(config, state_dir);
  const FileDescriptor lock = lock_tokens(path);
  auto current = read_or_make_token(config, path);
  if (!current) return current.error();
  return TokenRing{std::move(current).value(), read_retired(retired_path(path), now)};
}

Done rotate_token(const EndpointConfig& config, const std::string& state_dir, WallTime now,
                  seconds grace) {
  const std::string path = token_path(config, state_dir);
  const FileDescriptor lock = lock_tokens(path);
  std::vector<RetiredToken> retired = read_retired(retired_path(path), now);
  if (::access(path.c_str(), F_OK) == 0) {
    auto current = read_token(path);
    if (!current) return current.error();
    retired.push_back({std::move(current).value(), now + grace});
  }
  // The retired ones first: at no moment is the old token unknown to a daemon that looks.
  if (Done written = write_retired(retired_path(path), retired); !written) return written;
  return write_small_file(path, new_token().reveal(), access_of(config));
}

}  // namespace mdh
