// MyDataHelps as a model of its own: what it answers to a request at a time in a weather. It shares
// nothing with the engine: tokens are numbers, times are its own, statuses are HTTP's.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "tests/simulation/weather.h"

namespace mdh::simulation {

struct Answer {
  int status = 0;  // 0: none, the network failed or the client gave up
  Time takes = milliseconds(120);
  std::optional<Time> date{};  // the Date header, floored to the second
  std::optional<seconds> retry_after{};
  bool garbage = false;     // a page where JSON should be
  std::uint64_t token = 0;  // token request: what was issued
  seconds lasts{};          // and its expires_in
  Time expiration{};        // exchange: of the set issued
};

class Upstream {
 public:
  explicit Upstream(const Weather& weather) : weather_(weather) {}

  // token() is asked with the client's idea of the time, which its assertion's exp is made from.
  Answer token(Time time, int account, Time client_time);
  Answer exchange(Time time, Place where, std::uint64_t token);
  // bare() is asked for nothing but its Date.
  Answer bare(Time time, int account);
  // calls() counts every request that a client has sent; busiest_hour() the most of one account.
  std::uint64_t calls() const { return calls_; }
  std::uint64_t busiest_hour() const;
  std::uint64_t over_the_limit() const { return over_the_limit_; }

 private:
  std::optional<Answer> trouble(Time time, Place where, Kind kind_of_5xx);
  bool accepts(Time time, int account, std::uint64_t token) const;
  Answer dated(Time time, Place where, int status) const;

  struct Token {
    int account;
    Time issued;
    Time until;
  };
  const Weather& weather_;
  std::map<std::uint64_t, Token> tokens_;
  std::uint64_t last_token_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t over_the_limit_ = 0;
  std::map<std::pair<int, std::int64_t>, std::uint64_t> sent_;      // {account, hour}
  std::map<std::pair<int, std::int64_t>, std::uint64_t> answered_;  // counted against the limit
};

}  // namespace mdh::simulation
