#include "daemon/verbs/local_check.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "common/report/child_environment.h"
#include "common/upstream/signing_key.h"
#include "daemon/config/read_key.h"
#include "daemon/endpoint/peer_identity.h"
#include "daemon/endpoint/port_owner.h"
#include "daemon/system/environment.h"
#include "daemon/verbs/aws_files.h"
#include "daemon/verbs/endpoint_client.h"

namespace mdh {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRelativeUri = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";

KeyFact examine_key(const AccountConfig& account) {
  KeyFact fact;
  fact.account = account.name;
  fact.origin = described(account.private_key);
  const Result<SigningKey> key = load_signing_key(account.private_key);
  if (!key) {
    fact.error = key.error();
    return fact;
  }
  fact.bits = key->bits();
  fact.consistent = key->consistent();
  return fact;
}

// The nearest folder that is there: a missing one will be made in it.
fs::path standing_folder(const std::string& file) {
  std::error_code error;
  fs::path target = fs::weakly_canonical(file, error);
  if (error) target = file;
  fs::path folder = target.parent_path();
  while (!folder.empty() && folder != folder.root_path() && !fs::exists(folder, error)) {
    folder = folder.parent_path();
  }
  return folder;
}

FileFact examine_file(const Config& config) {
  FileFact fact;
  const ProfileFileConfig& file = config.profile_file;
  fact.enabled = file.enabled;
  fact.process_form = file.form == ProfileFileConfig::Form::process;
  fact.path = fact.process_form ? file.config_path : file.path;
  if (!file.enabled) return fact;
  const auto section = aws_section(file.path, file.config_path, "default");
  if (!section) fact.unreadable = section.error();
  const fs::path folder = standing_folder(fact.path);
  struct statvfs system {};
  fact.read_only_system = statvfs(folder.c_str(), &system) == 0 && (system.f_flag & ST_RDONLY) != 0;
  if (access(folder.c_str(), W_OK | X_OK) != 0) {
    fact.not_writable = "folder " + folder.string() + ": " + std::strerror(errno);
  }
  return fact;
}

void look_for_rivals(const Config& config, const std::string& profile, Facts& facts) {
  const ProfileFileConfig& file = config.profile_file;
  const std::string credentials = file.path.empty() ? aws_credentials_path() : file.path;
  const std::string ours = file.config_path.empty() ? aws_config_path() : file.config_path;
  const auto section = aws_section(credentials, ours, profile);
  if (!section || section->managed) return;
  const bool is_default = profile == "default";
  if (!section->static_keys_in.empty()) {
    facts.outranked.push_back({profile, section->static_keys_in, false});
  } else if (is_default && !section->credential_process_in.empty()) {
    facts.outranked.push_back({profile, section->credential_process_in, true});
  }
}

void examine_rivals(const Config& config, Facts& facts) {
  bool default_is_ours = false;
  for (const std::string& profile : facts.profiles) default_is_ours |= profile == "default";
  if (!default_is_ours) look_for_rivals(config, "default", facts);
  if (config.profile_file.form != ProfileFileConfig::Form::process) return;
  for (const std::string& profile : facts.profiles) look_for_rivals(config, profile, facts);
}

// What root or PID 1 listens on is systemd's, for a daemon that it will start; a program's name
// tells nothing, since anybody may choose it.
bool is_ours(const std::string& address, const PortOwner& owner, const StatusView* daemon) {
  if (owner.uid == 0 && owner.pid <= 1) return true;
  if (owner.uid == geteuid() && owner.program == "mdh-credentials") return true;
  if (daemon == nullptr) return false;
  const auto& urls = daemon->urls;
  return owner.pid == daemon->pid.value_or(-1) ||
         std::find(urls.begin(), urls.end(), "http://" + address) != urls.end();
}

void examine_ports(const Config& config, const Command& command, Facts& facts) {
  const auto daemon = find_daemon(command);
  for (const std::string& address : config.endpoint.listen) {
    const PortOwner owner = port_owner(address);
    PortFact fact;
    fact.address = address;
    fact.taken = owner.taken;
    fact.owner = owner.taken ? described(owner) : "";
    fact.ours = owner.taken && is_ours(address, owner, daemon ? &daemon->status() : nullptr);
    fact.configured = config.endpoint.listen_configured;
    facts.ports.push_back(fact);
  }
  const bool asks = config.endpoint.allowed_users.front() != "any";
  facts.callers_unknown = asks && !kernel_names_peers();
}

}  // namespace

EnvironmentFact environment_fact() {
  EnvironmentFact fact;
  const char* relative = std::getenv(kRelativeUri);
  fact.relative_uri_blank = relative != nullptr && *relative == '\0';
  for (const std::string& name : outranking_variables()) {
    if (environment_variable(name.c_str())) fact.outranking.push_back(name);
  }
  return fact;
}

void add_local_facts(const Config& config, const Command& command, Facts& facts) {
  for (const AccountConfig& account : config.accounts) {
    facts.keys.push_back(examine_key(account));
  }
  facts.file = examine_file(config);
  examine_rivals(config, facts);
  examine_ports(config, command, facts);
}

}  // namespace mdh
