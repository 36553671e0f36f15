#include "daemon/keys/read_key.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "common/config/from_notebook.h"
#include "common/upstream/pem.h"
#include "daemon/config/exposure.h"
#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"

namespace mdh {
namespace {

constexpr std::size_t kLongestKey = std::size_t{64} * 1024;
constexpr const char* kCredentials = "CREDENTIALS_DIRECTORY";

Error refused(const std::string& message, const std::string& hint) {
  return {ErrorClass::config, Stage::key, message, hint};
}

// systemd's credentials are root's, or carry an ACL whose mask looks like group bits.
bool handed_by_systemd(const std::string& path) {
  const auto folder = environment_variable(kCredentials);
  return folder && std::filesystem::path(path).parent_path() == std::filesystem::path(*folder);
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
  const mode_t forbidden = handed_by_systemd(path) ? S_IRWXO : kAnyBit;
  const Done closed = closed_to_others(*file, "the private key file " + path, path, forbidden);
  if (!closed) return at_key_stage(closed.error(), {});
  Result<Secret> text = read_opened(*file, path, kLongestKey);
  if (!text) return at_key_stage(text.error(), hint);
  return text;
}

Result<Secret> read_credential(const std::string& name) {
  const auto folder = environment_variable(kCredentials);
  if (!folder) {
    return refused("cannot read the systemd credential " + name + ": there is no $" + kCredentials,
                   "it is there for a unit with LoadCredential=" + name +
                       ":PATH alone; while that unit's daemon runs, root's check asks it");
  }
  if (name.empty() || name.find('/') != std::string::npos) {
    return refused("cannot read the systemd credential \"" + name +
                       "\": that is no credential's "
                       "name",
                   "use the name given in LoadCredential=");
  }
  return read_file(*folder + "/" + name);
}

// The PEM in one of its spellings, or the path of a file that holds it.
Result<Secret> read_spelling(std::string_view text, const std::string& origin) {
  const KeyReference meant = key_reference_from_variable(text);
  if (meant.kind != KeyReference::Kind::file) {
    std::string pem = normalised_pem(text);
    return Secret::take(pem);
  }
  Result<Secret> key = read_file(meant.name);
  if (key) return key;
  Error error = key.error();
  error.message += " (the path is from " + origin + ")";
  return error;
}

Result<Secret> read_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr || *value == '\0') {
    return refused("cannot read a private key from the variable " + name + ": it is not set",
                   "set " + name + " to the PEM text or the path of the service account's key");
  }
  return read_spelling(value, "the variable " + name);
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
      if (source.text) return read_spelling(source.text->reveal(), source.name);
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
