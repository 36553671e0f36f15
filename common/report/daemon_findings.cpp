#include "common/report/daemon_findings.h"

#include <algorithm>
#include <map>

namespace mdh {
namespace {

using Level = Finding::Level;
using Id = FindingId;
using Findings = std::vector<Finding>;

std::string in_brackets(const std::string& since) {
  return since.empty() ? "" : " (since " + since + ")";
}

// One line a file and cause, however many profiles it concerns.
void add_files(const DaemonFact& daemon, Findings& findings) {
  std::map<std::string, std::size_t> written;
  std::map<std::string, Finding> failed;
  for (const FileWord& file : daemon.files) {
    if (file.written) ++written[file.path];
    if (!file.error) continue;
    failed.try_emplace(file.error->message,
                       Finding{Id::file_not_written, Level::error,
                               file.error->message + in_brackets(file.since), file.error->hint});
  }
  for (const auto& [_, finding] : failed) findings.push_back(finding);
  for (const auto& [path, count] : written) {
    findings.push_back({Id::file_written, Level::ok,
                        "profile file: " + path + ", written by the daemon, " +
                            std::to_string(count) + (count == 1 ? " profile" : " profiles")});
  }
  if (daemon.files.empty())
    findings.push_back({Id::file_not_wanted, Level::ok, "profile file: the daemon writes none"});
}

bool fetched_here(const Facts& facts, const std::string& profile) {
  return std::any_of(facts.exchanges.begin(), facts.exchanges.end(),
                     [&](const ExchangeFact& one) { return one.profile == profile; });
}

Finding renewal_finding(const RenewalWord& one) {
  const std::string about = "profile " + one.profile + ": ";
  const std::string left = "served, " + spoken_duration(one.left) + " left";
  if (!one.error) {
    if (one.served) return {Id::credentials_issued, Level::ok, about + left};
    return {Id::credentials_failed, Level::warning,
            about + "the daemon waits for its first credentials", "mdh-credentials wait"};
  }
  const std::string why = "the daemon's attempts fail" + in_brackets(one.since) + ": ";
  return {Id::credentials_failed, one.served ? Level::warning : Level::error,
          about + (one.served ? left + ", but " : "") + why + one.error->message, one.error->hint,
          one.error->error_class == ErrorClass::config};
}

void add_reload(const Facts& facts, Findings& findings) {
  const std::optional<Error>& refused = facts.daemon->refused_reload;
  const bool told =
      facts.config_error && refused && facts.config_error->message == refused->message;
  if (!refused || told) return;
  findings.push_back({Id::config_reload_refused, Level::error,
                      "the daemon refused this configuration" +
                          in_brackets(facts.daemon->refused_since) +
                          " and goes on with the old one: " + refused->message,
                      refused->hint, true});
}

}  // namespace

Findings daemon_findings(const Facts& facts) {
  const DaemonFact& daemon = *facts.daemon;
  Findings findings{{Id::daemon_asked, Level::ok,
                     "daemon: pid " + std::to_string(daemon.pid) + " at " + daemon.at +
                         " serves this configuration, and was asked"}};
  add_reload(facts, findings);
  add_files(daemon, findings);
  for (const std::string& url : daemon.urls)
    findings.push_back(
        {Id::address_served, Level::ok, "address " + url + ": served by the daemon"});
  for (const std::string& fault : daemon.endpoint_faults)
    findings.push_back({Id::address_taken, Level::error, fault});
  for (const RenewalWord& one : daemon.renewals) {
    if (one.error || !fetched_here(facts, one.profile)) findings.push_back(renewal_finding(one));
  }
  return findings;
}

Finding other_daemon_finding(const std::string& config) {
  return {Id::daemon_other, Level::warning,
          "a daemon runs, but by another configuration: " + config,
          "check that one: mdh-credentials check --config " + config};
}

}  // namespace mdh
