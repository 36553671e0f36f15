// The record of who was given which profile's credentials: a bounded table, and whether a hand-out
// is the day's first. Times are arguments. Pure; the loop's thread only.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "common/state/hand_out.h"

namespace mdh {

class HandOuts {
 public:
  // Beyond so many rows the one that was used longest ago goes.
  static constexpr std::size_t kMost = 4096;

  // note() counts one; true when it is the first of that profile to that user, in whatever form,
  // on this day (UTC).
  bool note(const HandOut& given);
  // restore() takes over what the process before counted.
  void restore(const std::vector<HandOut>& rows);
  // rows() are by user, profile and form.
  std::vector<HandOut> rows() const;
  // totals() is how often each profile was given since the start of this process.
  const std::map<std::string, std::uint64_t, std::less<>>& totals() const { return totals_; }

 private:
  using Key = std::tuple<std::uint32_t, std::string, std::string>;
  bool is_first_of_day(const HandOut& given) const;
  void make_room();

  std::map<Key, HandOut> rows_;
  std::map<std::string, std::uint64_t, std::less<>> totals_;
};

}  // namespace mdh
