#include "common/endpoint/hand_outs.h"

#include <algorithm>

namespace mdh {
namespace {

auto day_of(WallTime time) {
  return std::chrono::floor<std::chrono::days>(time);
}

}  // namespace

bool HandOuts::is_first_of_day(const HandOut& given) const {
  auto row = rows_.lower_bound(Key(given.user, given.profile, ""));
  for (; row != rows_.end(); ++row) {
    if (row->second.user != given.user || row->second.profile != given.profile) return true;
    if (day_of(row->second.last) == day_of(given.last)) return false;
  }
  return true;
}

void HandOuts::make_room() {
  if (rows_.size() < kMost) return;
  rows_.erase(std::min_element(rows_.begin(), rows_.end(), [](const auto& left, const auto& right) {
    return left.second.last < right.second.last;
  }));
}

bool HandOuts::note(const HandOut& given) {
  const auto total = totals_.find(given.profile);
  if (total == totals_.end()) {
    totals_.emplace(given.profile, 1);
  } else {
    ++total->second;
  }
  const auto row = rows_.find(Key(given.user, given.profile, given.form));
  if (row != rows_.end() && day_of(row->second.last) == day_of(given.last)) {
    ++row->second.count;
    row->second.last = given.last;
    return false;
  }
  const bool first = is_first_of_day(given);
  if (row != rows_.end()) {
    ++row->second.count;
    row->second.last = given.last;
    return first;
  }
  make_room();
  rows_.emplace(Key(given.user, given.profile, given.form), given);
  return first;
}

void HandOuts::restore(const std::vector<HandOut>& rows) {
  for (const HandOut& row : rows) {
    make_room();
    rows_.emplace(Key(row.user, row.profile, row.form), row);
  }
}

std::vector<HandOut> HandOuts::rows() const {
  std::vector<HandOut> all;
  for (const auto& [key, row] : rows_) all.push_back(row);
  return all;
}

}  // namespace mdh
