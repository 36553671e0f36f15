#include "tests/support/refresh_bench.h"

#include <algorithm>

namespace mdh::bench {
namespace {

constexpr BootTime kBoot{seconds(1000)};
constexpr WallTime kWall{seconds(1'800'000'000)};

std::string call_of(const UpstreamCall& call) {
  if (call.kind == UpstreamCall::Kind::token) return "token " + call.account->name;
  if (call.kind == UpstreamCall::Kind::clock) return "clock " + call.url;
  return "exchange " + call.account->projects[call.project].profile;
}

}  // namespace

Error failure(ErrorClass error_class, int status, std::string oauth_error) {
  Error error;
  error.error_class = error_class;
  error.message = "it did not work";
  error.http_status = status;
  error.oauth_error = std::move(oauth_error);
  return error;
}

AccessTokenPtr token(Now now, seconds life) {
  auto made = std::make_shared<AccessToken>();
  made->value = Secret("token");
  made->usable_until = std::max(now.boot, now.boot + life - seconds(30));
  return made;
}

CredentialsPtr credentials(WallTime expiration, WallTime received, std::string key) {
  auto made = std::make_shared<Credentials>();
  made->access_key_id = std::move(key);
  made->secret_access_key = Secret("secret");
  made->session_token = Secret("session");
  made->expiration = expiration;
  made->received = received;
  return made;
}

Config config(const std::vector<std::pair<std::string, int>>& accounts) {
  Config made;
  for (const auto& [name, projects] : accounts) {
    AccountConfig account;
    account.name = name;
    account.service_account = "MyDataHelps.1." + name;
    account.audience = account.token_url;
    for (int i = 0; i < projects; ++i) {
      ProjectConfig project;
      project.profile = name + "-" + std::to_string(i);
      project.project_code = "RK.1." + project.profile;
      account.projects.push_back(project);
    }
    made.accounts.push_back(account);
  }
  return made;
}

Bench::Bench(const Config& config, std::uint64_t seed)
    : engine(config, seed, Now{kBoot, kWall}), boot_(kBoot) {}

Now Bench::now() const {
  return {boot_, kWall + (boot_ - kBoot) + wall_offset_};
}

WallTime Bench::upstream_now() const {
  return kWall + (boot_ - kBoot) + paused_;
}

void Bench::send(UpstreamCall call) {
  calls[call_of(call)] += 1;
  Reply reply = upstream(*this, call);
  const milliseconds takes = reply.takes;
  const WallTime date = std::chrono::floor<seconds>(upstream_now() + takes / 2 + reply.date_is_off);
  sent.push_back(call);
  sent_at.push_back(boot_);
  away_.emplace(boot_ + takes, Away{std::move(call), std::move(reply), now(), date});
}

void Bench::come_home(BootTime due) {
  while (!away_.empty() && away_.begin()->first <= due) {
    Away away = std::move(away_.extract(away_.begin()).mapped());
    std::optional<ClockReading> reading;
    if (away.reply.dated) reading = ClockReading{away.sent, now(), away.date};
    engine.report({away.call.id, away.sent, now(), reading, std::move(away.reply.outcome)}, now());
  }
}

void Bench::run(milliseconds time) {
  run_until([] { return false; }, time);
}

bool Bench::run_until(const std::function<bool()>& condition, milliseconds most) {
  const BootTime end = boot_ + most;
  while (true) {
    come_home(boot_);
    for (UpstreamCall& call : engine.turn(now())) send(std::move(call));
    if (condition()) return true;
    BootTime next = engine.next_turn();
    if (next <= boot_) std::abort();  // a turn that leaves something undone would be a busy loop
    if (!away_.empty()) next = std::min(next, away_.begin()->first);
    if (next > end) break;
    boot_ = std::max(next, boot_ + milliseconds(1));
  }
  boot_ = end;
  return false;
}

void Bench::sleep(milliseconds time) {
  boot_ += time;
}

const ProfileState& Bench::profile(const std::string& name) const {
  return *find_profile(engine.state(), name);
}

bool Bench::served(const std::string& name) const {
  return servable(profile(name), now()) != nullptr;
}

milliseconds Bench::next(const std::string& name) const {
  return *profile(name).next_attempt_at - now().wall;
}

Reply Bench::good(const UpstreamCall& call) const {
  if (call.kind == UpstreamCall::Kind::clock) return {CallResult(AccessTokenPtr())};
  if (call.kind == UpstreamCall::Kind::token) return {CallResult(token(now(), token_life))};
  return {CallResult(credentials(upstream_now() + life, upstream_now()))};
}

}  // namespace mdh::bench
