#include "daemon/verbs/local_check.h"

#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "common/report/child_environment.h"
#include "daemon/config/folders.h"
#include "daemon/endpoint/peer_identity.h"
#include "daemon/endpoint/port_owner.h"
#include "daemon/keys/examine_key.h"
#include "daemon/profile_file/rivals.h"
#include "daemon/profile_file/writer.h"
#include "daemon/system/clock.h"
#include "daemon/system/environment.h"
#include "daemon/verbs/aws_files.h"

namespace mdh {
namespace {

constexpr const char* kRelativeUri = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";

// A set like the one that will be written: what the file does not take of it, it takes of none.
std::vector<WantedProfile> like_wanted(const Config& config) {
  std::vector<WantedProfile> wanted;
  for (const AccountConfig& account : config.accounts) {
    for (const ProjectConfig& project : account.projects) {
      auto set = std::make_shared<Credentials>();
      set->access_key_id = "ASIAEXAMPLEEXAMPLE00";
      set->secret_access_key = Secret(std::string(40, 's'));
      set->session_token = Secret(std::string(1200, 't'));
      set->expiration = read_clocks().wall + std::chrono::hours(1);
      wanted.push_back({project.profile, project.region, std::move(set)});
    }
  }
  return wanted;
}

bool others_may_read(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode) &&
         (found.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

FileFact examine_file(const Config& config) {
  FileFact fact;
  const ProfileFileConfig& file = config.profile_file;
  fact.enabled = file.enabled;
  fact.process_form = file.form == ProfileFileConfig::Form::process;
  fact.path = fact.process_form ? file.config_path : file.path;
  if (!file.enabled) return fact;
  const ProfileWriter writer(file, own_program());
  if (Done could = writer.rehearse(like_wanted(config)); !could) fact.error = could.error();
  fact.open_to_others = !fact.process_form && others_may_read(file.path);
  return fact;
}

void look_for_rivals(const AwsPaths& paths, const std::string& profile, Offer offer, Facts& facts) {
  auto rivals = rivals_of(paths, profile, offer);
  if (!rivals) {
    facts.aws_files_error = rivals.error();
    return;
  }
  facts.outranked.insert(facts.outranked.end(), rivals->begin(), rivals->end());
}

void examine_rivals(const Config& config, Facts& facts) {
  const ProfileFileConfig& file = config.profile_file;
  const AwsPaths paths{file.path.empty() ? aws_credentials_path() : file.path,
                       file.config_path.empty() ? aws_config_path() : file.config_path};
  const bool process = file.form == ProfileFileConfig::Form::process;
  bool default_is_ours = false;
  for (const std::string& profile : facts.profiles) {
    default_is_ours |= profile == "default";
    if (!file.enabled) continue;
    look_for_rivals(paths, profile, process ? Offer::process : Offer::keys, facts);
  }
  if (!default_is_ours) look_for_rivals(paths, "default", Offer::endpoint, facts);
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

PortFact examine_port(const std::string& address, const StatusView* daemon) {
  const PortOwner owner = port_owner(address);
  PortFact fact;
  fact.address = address;
  fact.taken = owner.taken;
  fact.owner = owner.taken ? described(owner) : "";
  fact.ours = owner.taken && is_ours(address, owner, daemon);
  if (!owner.taken) fact.forbidden = why_not_bound(address);
  return fact;
}

void examine_ports(const Config& config, const StatusView* daemon, Facts& facts) {
  for (const std::string& address : config.endpoint.listen) {
    facts.ports.push_back(examine_port(address, daemon));
    facts.ports.back().configured = config.endpoint.listen_configured;
  }
}

// A profile of ours that is in the file gives ours, whoever reads it.
void let_own_profile(const Config& config, Facts& facts) {
  const auto named = environment_variable("AWS_PROFILE");
  const bool ours =
      named && config.profile_file.enabled &&
      std::find(facts.profiles.begin(), facts.profiles.end(), *named) != facts.profiles.end();
  if (ours) std::erase(facts.environment.outranking, "AWS_PROFILE");
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

void add_local_facts(const Config& config, const SourceOptions& source, const StatusView* daemon,
                     Facts& facts) {
  for (const AccountConfig& account : config.accounts) {
    facts.keys.push_back(examine_key(account));
  }
  if (Done could = could_open_state_folder(source); !could) facts.state_error = could.error();
  facts.file = examine_file(config);
  examine_ports(config, daemon, facts);
}

void add_common_facts(const Config& config, Facts& facts) {
  let_own_profile(config, facts);
  examine_rivals(config, facts);
  const bool asks = config.endpoint.allowed_users.front() != "any";
  facts.callers_unknown = asks && !kernel_names_peers();
}

}  // namespace mdh
