#include "daemon/verbs/online_check.h"

#include <optional>

#include "common/upstream/credential_exchange.h"
#include "common/upstream/token_exchange.h"
#include "daemon/keys/signer.h"
#include "daemon/system/clock.h"
#include "daemon/upstream/transport.h"

namespace mdh {
namespace {

constexpr milliseconds kLongest{15000};  // more than the transport's own limit

using Tell = std::function<void(const std::string&)>;

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

// The account's token request, and the clock in its answer of whatever status.
Result<AccessToken> token_for(Transport& transport, const AccountConfig& account, Facts& facts) {
  const auto assertion = sign_assertion(account, read_clocks().wall, signing_deadline());
  if (!assertion) return assertion.error();
  Trip trip = send(transport, token_request(account, *assertion));
  if (!trip.reply) {
    Error error = trip.reply.error();
    error.stage = Stage::token;
    return error;
  }
  const auto date = trip.reply->date();
  if (date) facts.skews.push_back({account.name, *date - trip.clocks.received.wall});
  return read_token(account, std::move(trip.reply).value(), trip.clocks);
}

Result<Credentials> set_for(Transport& transport, const ProjectConfig& project,
                            const AccessToken& token) {
  Trip trip = send(transport, credentials_request(project, token));
  if (trip.reply) return read_credentials(project, std::move(trip.reply).value(), trip.clocks);
  Error error = trip.reply.error();
  error.stage = Stage::exchange;
  return trip.host_not_found ? with_shape_hint(error, project) : error;
}

ExchangeFact fact_of(const AccountConfig& account, const std::string& profile) {
  ExchangeFact fact;
  fact.account = account.name;
  fact.service_account = account.service_account;
  fact.key_origin = described(account.private_key);
  fact.profile = profile;
  return fact;
}

void ask_account(Transport& transport, const AccountConfig& account, const Tell& tell,
                 Facts& facts) {
  tell("asking for the access token of account " + account.name);
  ExchangeFact of_token = fact_of(account, "");
  const Result<AccessToken> token = token_for(transport, account, facts);
  if (!token) of_token.error = token.error();
  facts.exchanges.push_back(of_token);
  if (!token) return;
  for (const ProjectConfig& project : account.projects) {
    tell("asking for the credentials of profile " + project.profile);
    ExchangeFact fact = fact_of(account, project.profile);
    const Result<Credentials> set = set_for(transport, project, *token);
    if (!set) fact.error = set.error();
    if (set) fact.life = std::chrono::floor<seconds>(set->expiration - set->received);
    facts.exchanges.push_back(fact);
  }
}

bool key_usable(const Facts& facts, const std::string& account) {
  for (const KeyFact& key : facts.keys) {
    if (key.account == account) return !key.error;
  }
  return false;
}

}  // namespace

void add_online_facts(const Config& config, const Tell& progress, Facts& facts) {
  Transport transport(TransportOptions{config.ca_file});
  for (const AccountConfig& account : config.accounts) {
    if (key_usable(facts, account.name)) ask_account(transport, account, progress, facts);
  }
}

}  // namespace mdh
