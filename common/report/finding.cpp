#include "common/report/finding.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/exit_status.h"

namespace mdh {
namespace {

using Id = FindingId;

constexpr std::array<FindingKind, kFindingCount> kKinds{{
    {Id::config_read, "config.read", "the configuration is read and good", ""},
    {Id::config_refused, "config.refused", "the configuration cannot be read, or is no good",
     "correct it at the place that is named; mdh-credentials.json(5) says what is allowed"},
    {Id::config_warning, "config.warning",
     "the configuration is good, but something in it is doubtful", "see mdh-credentials.json(5)"},
    {Id::config_reload_refused, "config.reload_refused",
     "the running daemon refused a newer configuration, and goes on with the old one",
     "correct it; the daemon reads it again by itself"},
    {Id::daemon_asked, "daemon.asked", "the running daemon was asked for what only it can know",
     ""},
    {Id::daemon_other, "daemon.other", "a daemon runs, but by another configuration",
     "check that one with --config, or stop that daemon"},
    {Id::key_signs, "key.signs", "the account's key is there and signs", ""},
    {Id::key_unusable, "key.unusable", "the account's key cannot be used",
     "put the service account's private key there, mode 0600, owned by the daemon's user"},
    {Id::environment_clean, "environment.clean", "no variable here outranks the daemon", ""},
    {Id::environment_outranks, "environment.outranks",
     "variables here are read by SDKs before the daemon", "unset them"},
    {Id::environment_relative_uri, "environment.relative_uri",
     "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set to nothing",
     "unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"},
    {Id::file_not_wanted, "file.not_wanted", "no profile file is written, by configuration", ""},
    {Id::file_writable, "file.writable", "the profile file can be written", ""},
    {Id::file_unwritable, "file.unwritable", "the profile file cannot be written",
     "make it writable, or use --no-profile-file and the endpoint"},
    {Id::file_open, "file.open", "the profile file can be read by others",
     "chmod 600 it; the first write does that, too"},
    {Id::file_written, "file.written", "the daemon has written the profile file", ""},
    {Id::file_not_written, "file.not_written", "the daemon cannot write the profile file",
     "make it writable; the daemon tries again by itself"},
    {Id::aws_files_outrank, "aws_files.outrank",
     "a line of the AWS files is read by SDKs before the daemon", "take the line out"},
    {Id::aws_files_unreadable, "aws_files.unreadable",
     "the AWS files cannot be read, by boto3 neither", "correct them at the line that is named"},
    {Id::state_unusable, "state.unusable", "the folder of the state cannot be used",
     "name another one with --state-dir"},
    {Id::address_free, "address.free", "the endpoint's address is free", ""},
    {Id::address_served, "address.served", "the endpoint's address is served by the daemon", ""},
    {Id::address_taken, "address.taken", "the endpoint's address is another program's",
     "end that program, or set endpoint.listen (--listen) to another port"},
    {Id::address_moves, "address.moves",
     "the usual address is another program's, and the next free one will do",
     "nothing: mdh-credentials env prints the one that is used"},
    {Id::address_forbidden, "address.forbidden", "the endpoint's address may not be listened on",
     "set endpoint.listen (--listen) to a port from 1024 on"},
    {Id::callers_unknown, "callers.unknown", "the kernel does not say whose connection is whose",
     "use mdh-credentials exec, env or process"},
    {Id::clock_right, "clock.right", "this machine's clock agrees with the service's", ""},
    {Id::clock_off, "clock.off", "this machine's clock is off",
     "set it by a time service: sudo timedatectl set-ntp true"},
    {Id::account_accepted, "account.accepted", "the service takes account and key", ""},
    {Id::account_refused, "account.refused", "the service refuses account or key",
     "compare name and key in MyDataHelps Designer"},
    {Id::token_failed, "token.failed", "no access token was to be had",
     "check the network, proxies and token_url"},
    {Id::credentials_issued, "credentials.issued", "credentials were issued", ""},
    {Id::credentials_failed, "credentials.failed", "no credentials were to be had",
     "check the project's code or id, and whether the account may export it"},
    {Id::credentials_odd_life, "credentials.odd_life",
     "credentials were issued for a life that no service names",
     "ask whoever runs the service, or see whether a proxy answers in its place"},
    {Id::identity_proven, "identity.proven", "AWS takes the credentials, and says whose they are",
     ""},
    {Id::identity_refused, "identity.refused", "AWS refuses the credentials",
     "the set is useless though it was issued: report it to whoever runs the service"},
    {Id::identity_unproven, "identity.unproven",
     "AWS could not be asked whose credentials they are",
     "nothing where this machine may not reach AWS: --no-aws leaves it out"},
    {Id::user_may, "user.may", "the user may have the profile", ""},
    {Id::user_may_not, "user.may_not", "the user may not have the profile", ""},
    {Id::user_unknown, "user.unknown", "there is no such user", "see: getent passwd"},
}};

std::size_t count(const std::vector<Finding>& findings, Finding::Level level) {
  return static_cast<std::size_t>(std::count_if(
      findings.begin(), findings.end(), [&](const Finding& one) { return one.level == level; }));
}

std::string counted(std::size_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

const char* word(Finding::Level level) {
  switch (level) {
    case Finding::Level::ok:
      return "ok";
    case Finding::Level::warning:
      return "warning";
    case Finding::Level::error:
      return "error";
  }
  return "error";
}

}  // namespace

const FindingKind& kind(FindingId id) {
  return kKinds[static_cast<std::size_t>(id)];
}

std::vector<Finding> worst_first(std::vector<Finding> findings) {
  for (Finding& one : findings) {
    if (one.level != Finding::Level::ok && one.hint.empty()) one.hint = kind(one.id).cure;
  }
  std::stable_sort(findings.begin(), findings.end(), [](const Finding& left, const Finding& right) {
    return left.level > right.level;
  });
  return findings;
}

std::string verdict(const std::vector<Finding>& findings) {
  const std::size_t errors = count(findings, Finding::Level::error);
  const std::size_t warnings = count(findings, Finding::Level::warning);
  if (errors + warnings == 0) return "nothing is wrong";
  return counted(errors, "error") + ", " + counted(warnings, "warning");
}

std::string findings_json(const std::vector<Finding>& findings) {
  using Json = nlohmann::ordered_json;
  Json rows = Json::array();
  for (const Finding& one : findings) {
    rows.push_back({{"id", kind(one.id).name},
                    {"level", word(one.level)},
                    {"message", one.text},
                    {"hint", one.hint}});
  }
  const Json document{{"findings", rows},
                      {"errors", count(findings, Finding::Level::error)},
                      {"warnings", count(findings, Finding::Level::warning)},
                      {"exit_status", exit_status(findings)}};
  return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

int exit_status(const std::vector<Finding>& findings) {
  int status = kExitGood;
  for (const Finding& finding : findings) {
    if (finding.level != Finding::Level::error) continue;
    if (finding.of_config) return kExitConfiguration;
    status = kExitFailed;
  }
  return status;
}

}  // namespace mdh
