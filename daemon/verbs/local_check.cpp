#include "daemon/verbs/local_check.h"

#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "common/report/child_environment.h"
#include "daemon/keys/signer.h"
#include "daemon/system/entropy.h"
#include "daemon/system/environment.h"
#include "daemon/verbs/aws_files.h"
#include "daemon/verbs/endpoint_client.h"
#include "daemon/verbs/port_owner.h"

namespace mdh {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRelativeUri = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";

KeyFact examine_key(const AccountConfig& account) {
  KeyFact fact;
  fact.account = account.name;
  fact.origin = described(account.private_key);
  const Deadline deadline = signing_deadline();
  Result<Signer> signer = Signer::open(account, deadline);
  const auto proof = signer ? signer->sign(random_uuid(), deadline) : signer.error();
  if (!proof) {
    fact.error = proof.error();
    return fact;
  }
  fact.bits = signer->public_key().bits();
  fact.fingerprint = signer->public_key().fingerprint();
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

void examine_ports(const Config& config, const Command& command, Facts& facts) {
  const auto daemon = find_daemon(command);
  const int pid = daemon ? daemon->status().pid.value_or(0) : 0;
  for (const std::string& address : config.endpoint.listen) {
    const PortOwner owner = port_owner(address);
    PortFact fact;
    fact.address = address;
    fact.taken = owner.taken;
    fact.owner = owner.taken ? described(owner) : "";
    // systemd holds the socket for a daemon that it will start.
    fact.ours = owner.pid > 0 && (owner.pid == pid || owner.program == "mdh-credentials" ||
                                  owner.program == "systemd");
    fact.configured = config.endpoint.listen_configured;
    facts.ports.push_back(fact);
  }
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
