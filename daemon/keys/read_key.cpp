#include "daemon/keys/read_key.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <system_error>

#include "common/upstream/pem.h"
#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"

namespace mdh {
namespace {

constexpr std::size_t kLongestKey = std::size_t{64} * 1024;
constexpr const char* kCredentials = "CREDENTIALS_DIRECTORY";

Error refused(const std::string& message, const std::string& hint) {
  return {ErrorClass::config, Stage::key, message, hint};
}

std::string octal(mode_t mode) {
  std::array<char, 16> text{};
  (void)std::snprintf(text.data(), text.size(), "%04o", static_cast<unsigned>(mode & 07777));
  return text.data();
}

// systemd's credentials are root's, or carry an ACL whose mask looks like group bits.
bool handed_by_systemd(const std::string& path) {
  const auto folder = environment_variable(kCredentials);
  return folder && std::filesystem::path(path).parent_path() == std::filesystem::path(*folder);
}

std::optional<Error> exposed(const struct stat& about, const std::string& path) {
  if (about.st_uid != ::geteuid() && about.st_uid != 0) {
    return refused("cannot use the private key file " + path + ": it belongs to user " +
                       std::to_string(about.st_uid) + ", who is neither this user nor root",
                   "chown " + std::to_string(::geteuid()) + " " + path);
  }
  const mode_t forbidden = handed_by_systemd(path) ? S_IRWXO : S_IRWXG | S_IRWXO;
  if ((about.st_mode & forbidden) == 0) return std::nullopt;
  return refused("cannot use the private key file " + path + ": its mode " + octal(about.st_mode) +
                     " opens it to others",
                 "chmod 600 " + path);
}

Error at_key_stage(Error error, const std::string& hint) {
  error.stage = Stage::key;
  if (error.hint.empty()) error.hint = hint;
  return error;
}

Result<Secret> read_file(const std::string& name) {
  const std::string path = expanded(name);
  const std::string hint = "put the service account's private key there, owned by user " +
                           std::to_string(::geteuid()) + " and with mode 0600";
  const Result<FileDescriptor> file = open_regular(path);
  if (!file) return at_key_stage(file.error(), hint);
  struct stat about {};
  if (::fstat(file->get(), &about) != 0) {
    return refused("cannot examine the private key file " + path, hint);
  }
  if (const auto error = exposed(about, path)) return *error;
  Result<Secret> text = read_opened(*file, path, kLongestKey);
  if (!text) return at_key_stage(text.error(), hint);
  return text;
}

Result<Secret> read_credential(const std::string& name) {
  const auto folder = environment_variable(kCredentials);
  if (!folder) {
    return refused("cannot read the systemd credential " + name + ": there is no $" + kCredentials,
                   "run under systemd with LoadCredential=" + name + ":PATH");
  }
  if (name.empty() || name.find('/') != std::string::npos) {
    return refused("cannot read the systemd credential \"" + name +
                       "\": that is no credential's "
                       "name",
                   "use the name given in LoadCredential=");
  }
  return read_file(*folder + "/" + name);
}

bool names_a_file(std::string_view text) {
  constexpr std::size_t kLongestPath = 4096;
  if (text.size() > kLongestPath || text.find('\n') != text.npos) return false;
  std::error_code failed;
  return std::filesystem::is_regular_file(expanded(std::string(text)), failed);
}

Result<Secret> read_spelling(std::string_view text) {
  if (names_a_file(text)) return read_file(std::string(text));
  std::string pem = normalised_pem(text);
  return Secret::take(pem);
}

Result<Secret> read_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return refused("cannot read a private key from the variable " + name + ": it is not set",
                   "set " + name + " to the PEM text or the path of the service account's key");
  }
  return read_spelling(value);
}

}  // namespace

Result<Secret> read_key(const KeyReference& source) {
  switch (source.kind) {
    case KeyReference::Kind::file:
      return read_file(source.name);
    case KeyReference::Kind::credential:
      return read_credential(source.name);
    case KeyReference::Kind::environment:
      return read_variable(source.name);
    case KeyReference::Kind::text:
      if (source.text) return read_spelling(source.text->reveal());
      break;
    case KeyReference::Kind::agent:  // which never gives it away
      break;
  }
  return refused("cannot read the private key " + source.name + ": there is no text", {});
}

std::string key_file(const KeyReference& reference) {
  if (reference.kind == KeyReference::Kind::file) return reference.name;
  const auto folder = environment_variable(kCredentials);
  if (reference.kind != KeyReference::Kind::credential || !folder) return {};
  return *folder + "/" + reference.name;
}

}  // namespace mdh
