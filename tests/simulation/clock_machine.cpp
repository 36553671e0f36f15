#include "tests/simulation/clock_machine.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "common/refresh/clock_watch.h"
#include "common/upstream/credential_exchange.h"
#include "tests/simulation/translation.h"

namespace mdh::simulation {
namespace {

constexpr seconds kTolerated{300};  // of clock skew in an assertion
constexpr Time kTimeout = seconds(10);

Config two_profiles() {
  Config config;
  AccountConfig account;
  account.service_account = "a";
  for (const char* profile : {"p0", "p1"}) {
    account.projects.emplace_back().profile = profile;
    account.projects.back().project_code = profile;
  }
  config.accounts.push_back(account);
  return config;
}

std::string http_date(WallTime time) {
  const std::time_t count = std::chrono::floor<seconds>(time).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&count, &parts);
  std::array<char, 64> text{};
  return {text.data(),
          std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

double drift(const Scenario& scenario) {
  if (scenario.has(Fault::drifts_fast)) return 500;
  return scenario.has(Fault::drifts_slow) ? -500 : 0;
}

milliseconds wall_at_start(const Scenario& scenario, std::mt19937_64& random) {
  const milliseconds hours_off = minutes(10 + static_cast<int>(random() % 600));
  if (scenario.has(Fault::starts_in_1970)) return -kStart.time_since_epoch() + minutes(1);
  if (scenario.has(Fault::host_is_fast)) return hours_off;
  return scenario.has(Fault::host_is_slow) ? -hours_off : milliseconds(0);
}

}  // namespace

ClockMachine::ClockMachine(const Scenario& scenario)
    : scenario_(scenario),
      config_(two_profiles()),
      clocks_(0, milliseconds(0)),
      dates_(scenario_),
      events_(events_of(scenario)),
      random_(scenario.seed ^ 0xc10c),
      token_life_(random_() % 3 == 0 ? 86400 : 300) {
  clocks_ = Clocks(drift(scenario_), wall_at_start(scenario_, random_));
  engine_ = std::make_unique<Engine>(config_, scenario_.seed, now());
  profiles_.resize(2);
  profiles_[0].life = seconds(3600);
  profiles_[1].life = seconds(random_() % 2 == 0 ? 900 : 43200);
  note_wall();
}

ClockLedger ClockMachine::live() {
  while (time_ < scenario_.lasts && ledger_.broken.empty()) {
    const bool came = arrive();
    const bool befell = befall();
    if (came || befell || engine_->stepped(now()) || engine_->next_turn() <= now().boot) turn();
    check_withheld();
    const Time next = next_step();
    check_until(next);
    time_ = next;
  }
  for (const Profile& profile : profiles_) {
    for (const auto& [day, count] : profile.needless) {
      ledger_.most_needless = std::max(ledger_.most_needless, count);
    }
  }
  return ledger_;
}

void ClockMachine::turn() {
  for (UpstreamCall& call : engine_->turn(now())) send(std::move(call));
  store();
}

Time ClockMachine::next_step() const {
  Time next = scenario_.lasts;
  if (next_event_ < events_.size()) next = std::min(next, events_[next_event_].at);
  if (!away_.empty()) next = std::min(next, away_.begin()->first);
  const BootTime turn = engine_->next_turn();
  if (turn < BootTime::max()) next = std::min(next, clocks_.time_of(turn));
  return std::max(next, time_ + milliseconds(1));
}

bool ClockMachine::refuses(const UpstreamCall& call) const {
  if (call.kind == UpstreamCall::Kind::exchange) {
    const auto token = tokens_.find(call.token.get());
    return token == tokens_.end() || token->second < time_;
  }
  if (call.kind == UpstreamCall::Kind::clock) return false;
  const Now sent = now();
  const WallTime signed_at =
      call.upstream_since_boot ? WallTime(sent.boot.time_since_epoch() + *call.upstream_since_boot)
                               : sent.wall;
  const milliseconds off = signed_at - (kStart + time_);
  return off > kTolerated || off < -(call.account->assertion_lifetime + kTolerated);
}

void ClockMachine::send(UpstreamCall call) {
  const bool to_token =
      call.kind == UpstreamCall::Kind::token || call.url == call.account->token_url;
  Away away{.call = std::move(call), .sent = now(), .sent_at = time_};
  away.host = to_token ? Dates::Host::token : Dates::Host::exchange;
  Time takes = milliseconds(20 + static_cast<int>(random_() % 400));
  away.answered = time_ >= down_until_;
  if (away.answered) {
    away.written = dates_.written(away.host, time_ + takes / 2);
    away.refused = refuses(away.call);
    if (away.call.kind == UpstreamCall::Kind::exchange) {
      const auto& profile = away.call.account->projects[away.call.project].profile;
      const seconds life = profiles_[static_cast<std::size_t>(profile[1] - '0')].life;
      away.expiration = std::chrono::floor<seconds>(time_ + takes / 2) + life;
    }
  }
  const Time back = time_ + takes;
  away_.emplace(back, std::move(away));
}

bool ClockMachine::arrive() {
  bool any = false;
  while (!away_.empty() && away_.begin()->first <= time_) {
    Away away = std::move(away_.extract(away_.begin()).mapped());
    // What came while the machine slept is a timeout by now; a pause counts on no clock.
    if (now().boot - away.sent.boot > kTimeout) away.answered = false;
    land(away);
    any = true;
  }
  return any;
}

UpstreamReply ClockMachine::reply_of(const Away& away) const {
  UpstreamReply reply;
  reply.status = away.refused ? (away.call.kind == UpstreamCall::Kind::token ? 400 : 401) : 200;
  if (away.written.date) {
    reply.headers.push_back({"Date", http_date(kStart + *away.written.date)});
  }
  if (away.written.aged) reply.headers.push_back({"Age", "7200"});
  if (away.call.kind == UpstreamCall::Kind::exchange && !away.refused) {
    reply.body = Secret(R"({"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t",)"
                        R"("Expiration":")" +
                        format_rfc3339(kStart + away.expiration) + "\"}");
  }
  return reply;
}

Result<CallResult> ClockMachine::outcome_of(const Away& away, UpstreamReply reply,
                                            const RoundTrip& clocks) {
  if (away.call.kind == UpstreamCall::Kind::clock) return CallResult(AccessTokenPtr());
  if (away.call.kind == UpstreamCall::Kind::exchange) {
    auto set =
        read_credentials(away.call.account->projects[away.call.project], std::move(reply), clocks);
    if (!set) return set.error();
    return CallResult(std::make_shared<const Credentials>(std::move(*set)));
  }
  if (away.refused) {
    Error error{ErrorClass::refused, Stage::token, "refused"};
    error.http_status = 400;
    error.oauth_error = "invalid_client";
    return error;
  }
  auto token = std::make_shared<AccessToken>();
  token->usable_until = away.sent.boot + token_life_ - seconds(30);
  tokens_[token.get()] = away.sent_at + token_life_;
  kept_.push_back(token);
  return CallResult(AccessTokenPtr(token));
}

void ClockMachine::note_word(const Away& away) {
  if (away.written.true_word) return true_words_.push_back(away.sent_at);
  false_words_.push_back({away.sent_at, away.host, *away.written.date - away.sent_at});
}

void ClockMachine::land(const Away& away) {
  const RoundTrip clocks{away.sent, now()};
  CallReport report{away.call.id, clocks.sent, clocks.received, std::nullopt,
                    Error{ErrorClass::unreachable, Stage::token, "no answer"}};
  if (away.answered) {
    UpstreamReply reply = reply_of(away);
    report.reading = clock_reading(reply, clocks);
    report.outcome = outcome_of(away, std::move(reply), clocks);
    if (report.reading) note_word(away);
  }
  const bool set_came = away.call.kind == UpstreamCall::Kind::exchange && report.outcome.ok();
  const auto index = static_cast<std::size_t>(
      set_came ? away.call.account->projects[away.call.project].profile[1] - '0' : 0);
  if (set_came) count_needless(index);
  const CredentialsPtr before = state().profiles[index].credentials;
  engine_->report(std::move(report), now());
  if (set_came && state().profiles[index].credentials != before) {
    profiles_[index].asked_at = away.sent_at;
    profiles_[index].asked = away.sent;
    ++ledger_.refreshes;
  }
}

bool ClockMachine::befall() {
  bool any = false;
  while (next_event_ < events_.size() && events_[next_event_].at <= time_) {
    befall(events_[next_event_++]);
    any = true;
  }
  return any;
}

void ClockMachine::befall(const Event& event) {
  switch (event.fault) {
    case Fault::paused:
      time_ += event.length;
      clocks_.pause(event.length);
      last_pause_ = time_;
      if (event.set_right) clocks_.set_right(time_);
      break;
    case Fault::asleep:
      time_ += event.length;
      engine_->reevaluate(now());
      break;
    case Fault::set_forward:
      if (event.set_right) clocks_.set_right(time_);
      if (!event.set_right) clocks_.step(event.by);
      engine_->reevaluate(now());
      break;
    case Fault::outages:
      down_until_ = time_ + event.length;
      break;
    case Fault::restarts:
      restart();
      break;
    default:
      dates_.change(event.fault);
      break;
  }
  note_wall();
  quiet_until_ = std::max(quiet_until_, time_);
}

// What stood for less than a moment nobody could read.
void ClockMachine::note_wall() {
  if (!wall_.empty() && wall_.back().first == time_) wall_.pop_back();
  wall_.emplace_back(time_, wall_since_boot(now()));
}

void ClockMachine::store() {
  std::vector<std::pair<CredentialsPtr, SetLife>> sets;
  for (const ProfileState& profile : state().profiles) {
    sets.emplace_back(profile.credentials, profile.life);
  }
  if (sets == stored_sets_ || !scenario_.has(Fault::restarts)) return;
  stored_ = write_snapshot(config_, state(), {"boot", now()});
  stored_sets_ = std::move(sets);
}

void ClockMachine::restart() {
  engine_ = std::make_unique<Engine>(config_, random_(), now());
  away_.clear();
  if (stored_.empty()) return;
  engine_->restore(*read_snapshot(stored_.reveal(), "boot"), now());
}

}  // namespace mdh::simulation
