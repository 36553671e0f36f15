#include "tests/simulation/upstream.h"

#include <algorithm>

namespace mdh::simulation {
namespace {

constexpr std::uint64_t kHourlyLimit = 1000;  // of an account, the vendor's example
constexpr seconds kTolerated{300};            // of clock skew in an assertion
constexpr seconds kAssertionLife{900};

std::int64_t hour(Time time) {
  return time / hours(1);
}

seconds token_life(int account) {
  constexpr seconds kLives[] = {seconds(300), seconds(120), seconds(1200)};
  return kLives[account];
}

// Some number that differs from request to request.
std::int64_t scatter(Time time, std::int64_t below) {
  return (time.count() * 2654435761 >> 7) % below;
}

}  // namespace

Answer Upstream::dated(Time time, Place where, int status) const {
  Answer answer;
  answer.status = status;
  answer.takes = milliseconds(40 + scatter(time, 200));
  if (weather_.find(Kind::slow, time, where)) answer.takes = milliseconds(scatter(time, 8000));
  answer.date = std::chrono::floor<seconds>(time + answer.takes / 2);
  if (weather_.find(Kind::stray_date, time, where)) *answer.date -= hours(1);
  return answer;
}

// What befalls any request, before upstream looks at it.
std::optional<Answer> Upstream::trouble(Time time, Place where, Kind kind_of_5xx) {
  ++calls_;
  ++sent_[{where.account, hour(time)}];
  if (weather_.find(Kind::outage, time, where)) return Answer{.takes = milliseconds(30)};
  if (weather_.find(Kind::hang, time, where)) return Answer{.takes = seconds(10)};
  if (weather_.find(kind_of_5xx, time, where)) return dated(time, where, 503);
  if (const Spell* spell = weather_.find(Kind::throttled, time, where)) {
    Answer answer = dated(time, where, 429);
    if (spell->asked > seconds(0)) answer.retry_after = spell->asked;
    return answer;
  }
  if (weather_.find(Kind::malformed, time, where)) {
    Answer answer = dated(time, where, 200);
    answer.garbage = true;
    return answer;
  }
  if (++answered_[{where.account, hour(time)}] > kHourlyLimit) {
    ++over_the_limit_;
    Answer answer = dated(time, where, 429);
    answer.retry_after = std::chrono::ceil<seconds>(hours(hour(time) + 1) - time);
    return answer;
  }
  return std::nullopt;
}

Answer Upstream::token(Time time, int account, Time client_time) {
  const Place where{account, -2};
  if (const auto answer = trouble(time, where, Kind::token_5xx)) return *answer;
  const Time off = client_time - time;
  const bool bad_time = off > kTolerated || off < -(kAssertionLife + kTolerated);
  const bool refused =
      weather_.find(Kind::invalid_client, time, where) || weather_.find(Kind::old_key, time, where);
  if (bad_time || refused) return dated(time, where, 400);
  Answer answer = dated(time, where, 200);
  answer.token = ++last_token_;
  answer.lasts = token_life(account);
  tokens_[answer.token] = {account, time, time + answer.lasts};
  return answer;
}

bool Upstream::accepts(Time time, int account, std::uint64_t token) const {
  const auto found = tokens_.find(token);
  if (found == tokens_.end() || found->second.account != account) return false;
  const auto& [owner, issued, until] = found->second;
  const auto revoked =
      std::upper_bound(weather_.revocations.begin(), weather_.revocations.end(), issued);
  return time < until && (revoked == weather_.revocations.end() || *revoked > time);
}

Answer Upstream::exchange(Time time, Place where, std::uint64_t token) {
  if (const auto answer = trouble(time, where, Kind::exchange_5xx)) return *answer;
  if (!accepts(time, where.account, token)) return dated(time, where, 401);
  if (weather_.find(Kind::denied, time, where)) return dated(time, where, 403);
  Answer answer = dated(time, where, 200);
  answer.expiration = std::chrono::floor<seconds>(time + life(where.project));
  return answer;
}

Answer Upstream::bare(Time time, int account) {
  const Place where{account, -2};
  if (const auto answer = trouble(time, where, Kind::exchange_5xx)) return *answer;
  return dated(time, where, 404);
}

std::uint64_t Upstream::busiest_hour() const {
  std::uint64_t most = 0;
  for (const auto& [where, count] : sent_) most = std::max(most, count);
  return most;
}

}  // namespace mdh::simulation
