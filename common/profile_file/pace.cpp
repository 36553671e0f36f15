#include "common/profile_file/pace.h"

#include <algorithm>

namespace mdh {
namespace {

constexpr std::size_t kFight = 5;
constexpr std::chrono::seconds kSpan{60};
constexpr std::chrono::seconds kPace{2};

}  // namespace

void WritePace::note_write(Time now, bool undone) {
  last_ = now;
  if (undone) undone_.push_back(now);
}

bool WritePace::is_fight(Time now) {
  while (!undone_.empty() && now - undone_.front() > kSpan) undone_.pop_front();
  return undone_.size() >= kFight;
}

WritePace::Time WritePace::next(Time now) {
  return is_fight(now) ? std::max(now, last_ + kPace) : now;
}

}  // namespace mdh
