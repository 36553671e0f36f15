#include "daemon/verbs/asked_daemon.h"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "common/report/status.h"
#include "daemon/system/environment.h"
#include "daemon/verbs/patience.h"

namespace mdh {
namespace {

constexpr milliseconds kExamined{15000};  // an agent may take 10 s

// Until the keys were examined; without them where that takes too long.
std::optional<SelfReport> ask_report(EndpointClient& client) {
  Patience patience(kExamined);
  for (;;) {
    const Result<ClientReply> reply = client.get("/check");
    if (!reply || reply->status != 200) return std::nullopt;
    auto report = read_self_report(reply->body.reveal());
    if (!report || report->keys || patience.over()) return report;
    patience.pause();
  }
}

// What `serve` would read by these options; empty: the environment, or nothing.
std::string named_file(const SourceOptions& source) {
  if (source.env_file) return expanded(*source.env_file);
  return configuration_file(source).value_or("");
}

bool same_file(const std::string& left, const std::string& right) {
  std::error_code failed;
  return left == right || std::filesystem::equivalent(left, right, failed);
}

bool same_options(const SourceOptions& source, const SelfReport& report) {
  if (!source.listen.empty() || source.replace_keys) return false;
  if (source.no_profile_file && report.writes_file) return false;
  if (source.credentials_file && report.writes_file &&
      !same_file(expanded(*source.credentials_file), report.credentials_file))
    return false;
  return !source.ca_file || same_file(expanded(*source.ca_file), report.ca_file);
}

bool serves(const SourceOptions& source, const SelfReport& report) {
  if (!same_options(source, report)) return false;
  const std::string named = named_file(source);
  if (!named.empty()) return same_file(named, report.config_file);
  return report.config_file.empty() || !environment_variable("RKS_PRIVATE_KEY");
}

std::string told_at(const std::optional<WallTime>& then) {
  return then ? format_rfc3339(*then) : "";
}

Error local_error(ErrorClass error_class, const std::string& message, const std::string& hint) {
  return {error_class, Stage::endpoint, message, hint};
}

void add_profile(const ProfileView& view, DaemonFact& fact) {
  RenewalWord set{view.profile, view.usable(), view.expires_in.value_or(seconds(0))};
  if (!view.error_message.empty()) {
    const bool config = view.error_class == name(ErrorClass::config);
    set.error = local_error(config ? ErrorClass::config : ErrorClass::refused, view.error_message,
                            view.error_hint);
    set.since = told_at(view.error_since);
  }
  fact.renewals.push_back(std::move(set));
  if (view.file_state == "disabled") return;
  FileWord file{view.profile, view.file_path};
  file.written = view.file_state == "written";
  if (view.file_state == "failed") {
    file.error = local_error(ErrorClass::storage, view.file_message, view.file_hint);
    file.since = told_at(view.file_since);
  }
  fact.files.push_back(std::move(file));
}

}  // namespace

std::optional<AskedDaemon> ask_daemon(const Command& command) {
  Result<EndpointClient> client = find_daemon(command);
  if (!client || !client->status().pid) return std::nullopt;
  auto report = ask_report(*client);
  if (!report) return std::nullopt;
  const bool serving = serves(command.source, *report);
  return AskedDaemon{std::move(client).value(), *std::move(report), serving};
}

SourceOptions as_the_daemon(SourceOptions source, const SelfReport& report) {
  if (named_file(source).empty() && !report.config_file.empty())
    (report.env_file ? source.env_file : source.config) = report.config_file;
  source.no_profile_file = !report.writes_file;
  if (report.writes_file) source.credentials_file = report.credentials_file;
  if (!report.ca_file.empty()) source.ca_file = report.ca_file;
  return source;
}

std::optional<Credentials> read_container_document(std::string_view text) {
  const auto document = nlohmann::json::parse(text, nullptr, false);
  const auto member = [&](const char* name) -> std::string {
    const bool there =
        document.is_object() && document.contains(name) && document[name].is_string();
    return there ? document[name].get<std::string>() : std::string();
  };
  Credentials set;
  set.access_key_id = member("AccessKeyId");
  set.secret_access_key = Secret(member("SecretAccessKey"));
  set.session_token = Secret(member("Token"));
  if (set.access_key_id.empty() || set.session_token.empty()) return std::nullopt;
  return set;
}

DaemonFact daemon_fact(const AskedDaemon& daemon) {
  const StatusView& view = daemon.client.status();
  DaemonFact fact;
  fact.at = daemon.client.where();
  fact.pid = view.pid.value_or(0);
  fact.urls = view.urls;
  fact.endpoint_faults = view.endpoint_faults;
  for (const ProfileView& profile : view.profiles) add_profile(profile, fact);
  if (const auto& refused = view.refused_reload) {
    fact.refused_reload = local_error(ErrorClass::config, refused->message, refused->hint);
    fact.refused_since = told_at(refused->since);
  }
  return fact;
}

}  // namespace mdh
