#include "daemon/verbs/online_check.h"

#include <algorithm>
#include <optional>

#include "common/refresh/upstream_clock.h"
#include "common/state/state.h"
#include "common/upstream/aws_identity.h"
#include "common/upstream/clock_reading.h"
#include "common/upstream/credential_exchange.h"
#include "common/upstream/token_exchange.h"
#include "daemon/keys/signer.h"
#include "daemon/system/clock.h"
#include "daemon/system/environment.h"
#include "daemon/upstream/transport.h"

namespace mdh {
namespace {

constexpr milliseconds kLongest{15000};  // more than the transport's own limit

struct Trip {
  Result<UpstreamReply> reply;
  RoundTrip clocks;
  bool host_not_found = false;
};

Trip send(Transport& transport, UpstreamRequest request) {
  RoundTrip clocks;
  clocks.sent = read_clocks();
  transport.start(1, std::move(request));
  while (transport.busy()) {
    auto ended = transport.wait(kLongest);
    if (ended.empty()) continue;
    clocks.received = read_clocks();
    return {std::move(ended.front().reply), clocks, ended.front().host_not_found};
  }
  return {Error{ErrorClass::unreachable, Stage::token, "the request was never answered"}, clocks};
}

void note_reading(const Trip& trip, ClockReadings& readings) {
  if (!trip.reply) return;
  if (const auto reading = clock_reading(*trip.reply, trip.clocks)) readings.push_back(*reading);
}

Result<AccessToken> token_for(Transport& transport, const AccountConfig& account,
                              ClockReadings& readings) {
  const auto assertion = sign_assertion(account, read_clocks().wall, signing_deadline());
  if (!assertion) return assertion.error();
  Trip trip = send(transport, token_request(account, *assertion));
  note_reading(trip, readings);
  if (trip.reply) return read_token(account, std::move(trip.reply).value(), trip.clocks);
  Error error = trip.reply.error();
  error.stage = Stage::token;
  return error;
}

struct Issued {
  Credentials set;
  SetLife life;
};

// The set with its life as the daemon would judge it, or why there is none.
Result<Issued> set_for(Transport& transport, const ProjectConfig& project, const AccessToken& token,
                       ClockReadings& readings) {
  Trip trip = send(transport, credentials_request(project, token));
  note_reading(trip, readings);
  if (!trip.reply) {
    Error error = trip.reply.error();
    error.stage = Stage::exchange;
    return trip.host_not_found ? with_shape_hint(error, project) : error;
  }
  auto set = read_credentials(project, std::move(trip.reply).value(), trip.clocks);
  if (!set) return set.error();
  const auto life = judged_life(*set, trip.clocks.sent, {readings, {}});
  if (life) return Issued{std::move(set).value(), *life};
  return Error{ErrorClass::malformed, Stage::exchange,
               "the credentials issued expired at " + format_rfc3339(set->expiration),
               "see whether the clock of this machine is right; if it is, the service is at fault"};
}

ExchangeFact fact_of(const AccountConfig& account, const std::string& profile) {
  ExchangeFact fact;
  fact.account = account.name;
  fact.service_account = account.service_account;
  fact.key_origin = described(account.private_key);
  fact.profile = profile;
  return fact;
}

// A doubtful Date is held against others before anybody is told that their clock is wrong.
void add_skew(Transport& transport, const AccountConfig& account, ClockReadings readings,
              Facts& facts) {
  const bool doubt = std::any_of(readings.begin(), readings.end(),
                                 [](const auto& one) { return doubtful(one, std::nullopt); });
  for (const std::string& url : hosts_to_ask(account)) {
    if (doubt) note_reading(send(transport, bare_request(url)), readings);
  }
  const auto agreed = agreement(readings);
  if (!agreed) return;
  const AccountState known{account.name, agreed->since_boot};
  facts.skews.push_back({account.name, *skew(known, read_clocks())});
}

void ask_account(Transport& transport, const Config& config, const AccountConfig& account,
                 const OnlineCheck& how, Facts& facts) {
  how.progress("asking for the access token of account " + account.name);
  ClockReadings readings;
  ExchangeFact of_token = fact_of(account, "");
  const Result<AccessToken> token = token_for(transport, account, readings);
  if (!token) of_token.error = token.error();
  facts.exchanges.push_back(of_token);
  for (const ProjectConfig& project : account.projects) {
    if (!token) break;
    how.progress("asking for the credentials of profile " + project.profile);
    ExchangeFact fact = fact_of(account, project.profile);
    const Result<Issued> issued = set_for(transport, project, *token, readings);
    if (issued) {
      fact.life = std::chrono::floor<seconds>(received_life(issued->life));
      fact.assumed = issued->life.assumed;
    } else {
      fact.error = issued.error();
    }
    facts.exchanges.push_back(fact);
    if (issued && how.aws) add_identity(config, project, issued->set, facts);
  }
  add_skew(transport, account, std::move(readings), facts);
}

bool key_usable(const Facts& facts, const std::string& account) {
  const auto& foreign = facts.daemons_keys;
  if (std::find(foreign.begin(), foreign.end(), account) != foreign.end()) return false;
  for (const KeyFact& key : facts.keys) {
    if (key.account == account) return !key.error;
  }
  return false;
}

}  // namespace

void add_identity(const Config& config, const ProjectConfig& project, const Credentials& set,
                  Facts& facts) {
  Transport transport(TransportOptions{config.ca_file});
  const auto named = environment_variable("AWS_ENDPOINT_URL_STS");
  const auto all = environment_variable("AWS_ENDPOINT_URL");
  const std::string endpoint = named.value_or(all.value_or(sts_endpoint(project.region)));
  const std::string bare = endpoint.substr(0, endpoint.find_last_not_of('/') + 1);
  IdentityFact fact{project.profile};
  const Trip trip = send(transport, identity_request(set, project.region, bare));
  const Result<AwsIdentity> identity =
      trip.reply ? read_identity(*trip.reply) : Result<AwsIdentity>(trip.reply.error());
  if (identity) {
    fact.account = identity->account;
    fact.arn = identity->arn;
  } else {
    fact.error = identity.error();
  }
  facts.identities.push_back(std::move(fact));
}

void add_online_facts(const Config& config, const OnlineCheck& how, Facts& facts) {
  Transport transport(TransportOptions{config.ca_file});
  for (const AccountConfig& account : config.accounts) {
    if (key_usable(facts, account.name)) ask_account(transport, config, account, how, facts);
  }
}

}  // namespace mdh
