#include "common/file_difference.h"

#include <algorithm>
#include <array>
#include <vector>

#include "common/profile_text.h"
#include "common/python_text.h"

namespace mdh {
namespace {

constexpr std::string_view kMask = "********";
constexpr std::size_t kContext = 3;
// Beyond this many differing lines the stretch is shown as replaced whole.
constexpr int kMostDifferences = 2000;

constexpr std::array<std::string_view, 14> kShownKeys{"aws_access_key_id",
                                                      "region",
                                                      "output",
                                                      "x_security_token_expires",
                                                      "expiration",
                                                      "role_arn",
                                                      "source_profile",
                                                      "credential_source",
                                                      "duration_seconds",
                                                      "sso_start_url",
                                                      "sso_region",
                                                      "sso_account_id",
                                                      "sso_role_name",
                                                      "credential_process"};

using Lines = std::vector<std::string_view>;  // without their ends

Lines lines_of(std::string_view text) {
  Lines lines;
  for (std::size_t position = 0; position < text.size();) {
    const LineEnds ends = line_at(text, position);
    lines.push_back(text.substr(position, ends.content - position));
    position = ends.next;
  }
  return lines;
}

std::string masked(std::string_view line) {
  const std::string_view bare = stripped(line);
  if (bare.empty() || bare == kManagedComment) return std::string(bare);
  if (bare[0] == '[' && bare.back() == ']') return std::string(bare);
  if (bare[0] == '#' || bare[0] == ';') return std::string(1, bare[0]) + " " + std::string(kMask);
  const std::size_t delimiter = bare.find_first_of("=:");
  const bool wrapped = !indentation(line).empty();
  if (delimiter == std::string_view::npos || wrapped) return std::string(kMask);
  const std::string_view key = stripped(bare.substr(0, delimiter));
  const auto* shown = std::find(kShownKeys.begin(), kShownKeys.end(), lower_case(key));
  if (shown != kShownKeys.end()) return std::string(bare);
  return std::string(key) + " = " + std::string(kMask);
}

// One step of the way from the old lines to the new: ' ' both, '-' old, '+' new.
struct Step {
  char kind = ' ';
  std::string_view line;
};
using Steps = std::vector<Step>;

// Myers, "An O(ND) Difference Algorithm and Its Variations" (1986), the greedy form. A diagonal is
// k = x - y, x counting old lines and y new ones; a round holds, per diagonal, how far x came.
class ShortestEdit {
 public:
  ShortestEdit(const Lines& before, const Lines& after)
      : before_(before),
        after_(after),
        old_count_(static_cast<int>(before.size())),
        new_count_(static_cast<int>(after.size())) {}

  Steps steps() && {
    const int most = std::min(kMostDifferences, old_count_ + new_count_);
    for (int d = 0; d <= most; ++d) {
      rounds_.emplace_back(static_cast<std::size_t>(2 * d + 1), -1);
      for (int k = -d; k <= d; k += 2) {
        const int x = slide(start(d, k), k);
        reach(d, k) = x;
        if (x >= old_count_ && x - k >= new_count_) return way_back(d, k);
      }
    }
    return all_replaced();
  }

 private:
  int& reach(int d, int k) {
    return rounds_[static_cast<std::size_t>(d)][static_cast<std::size_t>(k + d)];
  }

  bool comes_down(int d, int k) {  // by a new line; else to the right, by an old one
    return k == -d || (k != d && reach(d - 1, k - 1) < reach(d - 1, k + 1));
  }

  int start(int d, int k) {
    if (d == 0) return 0;
    return comes_down(d, k) ? reach(d - 1, k + 1) : reach(d - 1, k - 1) + 1;
  }

  int slide(int x, int k) const {
    while (x < old_count_ && x - k < new_count_ && old_line(x) == new_line(x - k)) ++x;
    return x;
  }

  Steps way_back(int d, int k) {
    Steps steps;
    for (int x = old_count_; d >= 0; --d) {
      const int from = start(d, k);
      while (x > from) steps.push_back({' ', old_line(--x)});
      if (d == 0) break;
      if (comes_down(d, k)) {
        steps.push_back({'+', new_line(x - k - 1)});
        ++k;
      } else {
        steps.push_back({'-', old_line(--x)});
        --k;
      }
    }
    std::reverse(steps.begin(), steps.end());
    return steps;
  }

  Steps all_replaced() const {
    Steps steps;
    for (const std::string_view line : before_) steps.push_back({'-', line});
    for (const std::string_view line : after_) steps.push_back({'+', line});
    return steps;
  }

  std::string_view old_line(int x) const { return before_[static_cast<std::size_t>(x)]; }
  std::string_view new_line(int y) const { return after_[static_cast<std::size_t>(y)]; }

  const Lines& before_;
  const Lines& after_;
  int old_count_, new_count_;
  std::vector<std::vector<int>> rounds_;
};

// Hunk is a run of steps with its context; `old_start` and `new_start` count lines from 0.
struct Hunk {
  std::size_t begin = 0, end = 0;
  std::size_t old_start = 0, new_start = 0;
};

std::vector<Hunk> hunks_of(const Steps& steps) {
  std::vector<Hunk> hunks;
  std::size_t old_lines = 0, new_lines = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].kind != ' ') {
      const std::size_t lead = std::min(i, kContext);
      if (hunks.empty() || i - lead > hunks.back().end) {
        hunks.push_back({i - lead, i, old_lines - lead, new_lines - lead});
      }
      hunks.back().end = std::min(steps.size(), i + 1 + kContext);
    }
    old_lines += steps[i].kind != '+';
    new_lines += steps[i].kind != '-';
  }
  return hunks;
}

std::string range(char sign, std::size_t start, std::size_t count) {
  // Unified form: an empty range names the line before it.
  return sign + std::to_string(count == 0 ? start : start + 1) + "," + std::to_string(count);
}

std::string show(const Hunk& hunk, const Steps& steps) {
  std::string lines;
  std::size_t old_lines = 0, new_lines = 0;
  for (std::size_t i = hunk.begin; i < hunk.end; ++i) {
    old_lines += steps[i].kind != '+';
    new_lines += steps[i].kind != '-';
    lines += steps[i].kind + masked(steps[i].line) + "\n";
  }
  return "@@ " + range('-', hunk.old_start, old_lines) + " " +
         range('+', hunk.new_start, new_lines) + " @@\n" + lines;
}

}  // namespace

std::string file_difference(std::string_view before, std::string_view after,
                            std::string_view path) {
  if (before == after) return {};
  const Lines old_lines = lines_of(before), new_lines = lines_of(after);
  const Steps steps = ShortestEdit(old_lines, new_lines).steps();
  std::string shown = "--- " + std::string(path) + "\n+++ " + std::string(path) + "\n";
  for (const Hunk& hunk : hunks_of(steps)) shown += show(hunk, steps);
  return shown;
}

}  // namespace mdh
