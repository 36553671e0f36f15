#include "common/report/diagnosis.h"

#include <algorithm>

#include "common/refresh/policy.h"
#include "common/report/daemon_findings.h"
#include "common/report/status.h"
#include "common/state/state.h"

namespace mdh {
namespace {

using Level = Finding::Level;
using Id = FindingId;
using Findings = std::vector<Finding>;

// Past the first, clients get warnings; past the second, assertions are refused.
constexpr seconds kSkewRefused{300};

std::string listed(const std::vector<std::string>& names, const char* between) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : between) + name;
  return text;
}

Finding config_finding(const Facts& facts) {
  if (facts.config_error) {
    return {Id::config_refused, Level::error, facts.config_error->message, facts.config_error->hint,
            true};
  }
  return {
      Id::config_read, Level::ok,
      "configuration from " + facts.config_origin + ": profiles " + listed(facts.profiles, ", ")};
}

Finding key_finding(const KeyFact& key) {
  if (key.error) return {Id::key_unusable, Level::error, key.error->message, key.error->hint, true};
  return {Id::key_signs, Level::ok,
          "key of account " + key.account + ": " + key.origin + ", RSA of " +
              std::to_string(key.bits) + " bits, " + key.fingerprint + "; it signs"};
}

Findings environment_findings(const EnvironmentFact& environment) {
  Findings findings;
  if (environment.relative_uri_blank) {
    findings.push_back({Id::environment_relative_uri, Level::warning,
                        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI is set to nothing in this "
                        "environment, which sends boto3 and Ruby to 169.254.170.2",
                        "unset AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"});
  }
  if (!environment.outranking.empty()) {
    findings.push_back({Id::environment_outranks, Level::warning,
                        "set in this environment, and read by SDKs before the daemon: " +
                            listed(environment.outranking, ", "),
                        "unset " + listed(environment.outranking, " ")});
  }
  if (findings.empty()) {
    findings.push_back(
        {Id::environment_clean, Level::ok, "environment: nothing in it outranks the daemon"});
  }
  return findings;
}

Finding file_finding(const FileFact& file) {
  if (!file.enabled)
    return {Id::file_not_wanted, Level::ok, "profile file: none is written, by configuration"};
  if (file.error) return {Id::file_unwritable, Level::error, file.error->message, file.error->hint};
  if (file.open_to_others) {
    return {Id::file_open, Level::warning, "profile file: " + file.path + " can be read by others",
            "chmod 600 " + file.path + "; the first write does that, too"};
  }
  const std::string form =
      file.process_form
          ? "form process (a session opened by profile name stays alive)"
          : "form keys (new sessions are fresh; for kernels that live for days prefer process)";
  return {Id::file_writable, Level::ok, "profile file: " + file.path + ", " + form};
}

// boto3 reads neither file then; where ours is the broken one, that is told already.
void add_outranking(const Facts& facts, Findings& findings) {
  for (const Outranking& one : facts.outranked) {
    findings.push_back({Id::aws_files_outrank, Level::warning, text_of(one), cure_of(one)});
  }
  const auto& error = facts.aws_files_error;
  if (!error || (facts.file.error && facts.file.error->message == error->message)) return;
  findings.push_back({Id::aws_files_unreadable, Level::warning, error->message, error->hint});
}

Finding port_finding(const PortFact& port) {
  if (!port.forbidden.empty())
    return {Id::address_forbidden, Level::error,
            "address " + port.address + " may not be listened on: " + port.forbidden};
  if (!port.taken) return {Id::address_free, Level::ok, "address " + port.address + ": free"};
  const std::string owner = port.owner.empty() ? "another program" : port.owner;
  if (port.ours)
    return {Id::address_served, Level::ok, "address " + port.address + ": served by " + owner};
  if (port.configured) {
    return {Id::address_taken, Level::error, "address " + port.address + " is taken by " + owner,
            "end that program, or set endpoint.listen (--listen) to another port"};
  }
  return {Id::address_moves, Level::warning, "address " + port.address + " is taken by " + owner,
          "nothing: the next free port is used, and mdh-credentials env prints it"};
}

Finding caller_finding() {
  return {Id::callers_unknown, Level::warning,
          "this kernel does not say whose connection is whose (no sock_diag, as in gVisor and WSL "
          "1): by TCP only tokens of one's own are answered",
          "use mdh-credentials exec, env or process, which name such a token or ask the socket"};
}

// Date tells whole seconds: from two minutes on, minutes are all that is known.
std::string size_of_skew(milliseconds size) {
  if (size < std::chrono::minutes(2)) return spoken_duration(std::chrono::round<seconds>(size));
  return spoken_duration(std::chrono::round<std::chrono::minutes>(size));
}

Finding skew_finding(const SkewFact& fact) {
  const milliseconds size = std::chrono::abs(fact.skew);
  if (size <= kSkewWorthTelling) {
    return {Id::clock_right, Level::ok,
            "clock: agrees with the service of account " + fact.account};
  }
  const std::string off = size_of_skew(size) + (fact.skew.count() > 0 ? " slow" : " fast");
  return {Id::clock_off, size > kSkewRefused ? Level::error : Level::warning,
          "this machine's clock is " + off + ", by the service of account " + fact.account,
          "set it by a time service: sudo timedatectl set-ntp true"};
}

// Every account name known so far: PRODUCT.ORGANISATION.NAME, two products.
bool looks_like_account(const std::string& name) {
  const bool known = name.rfind("MyDataHelps.", 0) == 0 || name.rfind("RKStudio.", 0) == 0;
  const std::size_t number = name.find('.') + 1;
  const std::size_t end = name.find('.', number);
  if (!known || end == std::string::npos || end == number || end + 1 == name.size()) return false;
  return std::all_of(name.begin() + static_cast<long>(number),
                     name.begin() + static_cast<long>(end),
                     [](char c) { return c >= '0' && c <= '9'; });
}

// invalid_client alone tells nothing apart; what is known on this side does, as far as it goes.
Finding likely_cause(const ExchangeFact& fact, const Facts& facts) {
  const auto skewed = std::find_if(facts.skews.begin(), facts.skews.end(), [&](const auto& one) {
    return one.account == fact.account && std::chrono::abs(one.skew) > kSkewRefused;
  });
  if (skewed != facts.skews.end()) {
    return {Id::account_refused, Level::error,
            "account " + fact.account + " is refused (invalid_client), because the clock is off",
            "set the clock right first, then run this check again"};
  }
  if (!looks_like_account(fact.service_account)) {
    return {Id::account_refused, Level::error,
            "service account " + fact.service_account +
                " is refused (invalid_client): the name looks misspelt",
            "names look like MyDataHelps.1234.name: copy it from MyDataHelps Designer into "
            "service_account"};
  }
  return {
      Id::account_refused, Level::error,
      "key " + fact.key_origin + " is not a key of service account " + fact.service_account +
          " (invalid_client), or there is no such account",
      "compare name and key in MyDataHelps Designer; mdh-credentials key prints the public half "
      "that must be listed there"};
}

Finding refused_client(const ExchangeFact& fact, const Facts& facts) {
  Finding finding = likely_cause(fact, facts);
  const std::string& said = fact.error->said;
  if (!said.empty()) finding.text += "; the service says: \"" + said + "\"";
  return finding;
}

Finding issued(const ExchangeFact& fact, const std::string& about) {
  const std::string life =
      about + ": credentials for " + spoken_duration(fact.life) + " were issued";
  if (fact.assumed)
    return {Id::credentials_odd_life, Level::warning,
            about + ": credentials were issued, but for how long cannot be believed: " +
                spoken_duration(fact.life) + " are assumed"};
  if (fact.life >= kShortLife) return {Id::credentials_issued, Level::ok, life};
  return {Id::credentials_odd_life, Level::warning,
          life + ", which is too short: under 900 s clients may see gaps"};
}

Finding exchange_finding(const ExchangeFact& fact, const Facts& facts) {
  const bool of_token = fact.profile.empty();
  const std::string about = of_token ? "account " + fact.account : "profile " + fact.profile;
  if (!fact.error) {
    if (!of_token) return issued(fact, about);
    return {Id::account_accepted, Level::ok, about + ": an access token was issued"};
  }
  if (fact.error->oauth_error == "invalid_client") return refused_client(fact, facts);
  const std::string& message = fact.error->message;
  const bool told = message.find(about) != std::string::npos;
  return {of_token ? Id::token_failed : Id::credentials_failed, Level::error,
          told ? message : about + ": " + message, fact.error->hint,
          fact.error->error_class == ErrorClass::config};
}

Finding identity_finding(const IdentityFact& fact) {
  const std::string about = "profile " + fact.profile + ": ";
  if (!fact.error)
    return {Id::identity_proven, Level::ok,
            about + "AWS takes the credentials: account " + fact.account + ", " + fact.arn};
  if (fact.error->error_class == ErrorClass::refused)
    return {Id::identity_refused, Level::error,
            about + "the credentials were issued, but " + fact.error->message, fact.error->hint};
  return {Id::identity_unproven, Level::warning,
          about + "AWS could not be asked whose credentials they are: " + fact.error->message};
}

void add(Findings& findings, Findings more) {
  for (Finding& one : more) findings.push_back(std::move(one));
}

// What the daemon does not say for itself.
void add_local(const Facts& facts, Findings& findings) {
  if (facts.state_error)
    findings.push_back(
        {Id::state_unusable, Level::error, facts.state_error->message, facts.state_error->hint});
  findings.push_back(file_finding(facts.file));
  for (const PortFact& port : facts.ports) findings.push_back(port_finding(port));
}

}  // namespace

std::vector<Finding> diagnose(const Facts& facts) {
  Findings findings{config_finding(facts)};
  if (!facts.other_daemon.empty()) findings.push_back(other_daemon_finding(facts.other_daemon));
  for (const Error& warning : facts.config_warnings) {
    findings.push_back({Id::config_warning, Level::warning, warning.message, warning.hint});
  }
  if (facts.daemon) add(findings, daemon_findings(facts));
  for (const KeyFact& key : facts.keys) findings.push_back(key_finding(key));
  add(findings, environment_findings(facts.environment));
  if (facts.config_error) return worst_first(std::move(findings));
  if (!facts.daemon) add_local(facts, findings);
  add_outranking(facts, findings);
  if (facts.callers_unknown) findings.push_back(caller_finding());
  for (const SkewFact& skew : facts.skews) findings.push_back(skew_finding(skew));
  for (const ExchangeFact& fact : facts.exchanges) {
    findings.push_back(exchange_finding(fact, facts));
  }
  for (const IdentityFact& fact : facts.identities) findings.push_back(identity_finding(fact));
  return worst_first(std::move(findings));
}

}  // namespace mdh
