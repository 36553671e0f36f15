#include "common/profile_file/difference.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "common/profile_file/parse.h"
#include "common/profile_file/python_text.h"

namespace mdh {
namespace {

constexpr std::string_view kMask = "********";
constexpr std::size_t kContext = 3;
// A changed stretch with more lines than this is shown as replaced whole.
constexpr std::size_t kMostCompared = 1000;

constexpr std::array<std::string_view, 13> kShownKeys{
    "aws_access_key_id", "region",        "output",         "x_security_token_expires",
    "expiration",        "role_arn",      "source_profile", "credential_source",
    "duration_seconds",  "sso_start_url", "sso_region",     "sso_account_id",
    "sso_role_name"};

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

// Another's command line may hold a password.
bool is_our_process(std::string_view line) {
  return line.starts_with("credential_process = ") &&
         line.find("/mdh-credentials process --profile ") != std::string_view::npos;
}

std::string masked(std::string_view line) {
  const std::string_view bare = stripped(line);
  if (bare.empty() || bare == kManagedComment) return std::string(bare);
  if (bare[0] == '#' || bare[0] == ';') return std::string(1, bare[0]) + " " + std::string(kMask);
  // It may be a wrapped value's, whatever it looks like.
  if (!indentation(line).empty()) return std::string(kMask);
  if (bare[0] == '[' && bare.back() == ']') return std::string(bare);
  const std::size_t delimiter = bare.find_first_of("=:");
  if (delimiter == std::string_view::npos) return std::string(kMask);
  const std::string_view key = stripped(bare.substr(0, delimiter));
  const auto* shown = std::find(kShownKeys.begin(), kShownKeys.end(), lower_case(key));
  if (shown != kShownKeys.end() || is_our_process(bare)) return std::string(bare);
  return std::string(key) + " = " + std::string(kMask);
}

// One line on the way from the old text to the new: ' ' in both, '-' old, '+' new.
struct Step {
  char kind = ' ';
  std::string_view line;
};
using Steps = std::vector<Step>;

// The longest common subsequence of what is left between equal beginnings and ends; profile files
// are small.
class Comparison {
 public:
  Comparison(const Lines& before, const Lines& after) : before_(before), after_(after) {
    const std::size_t most = std::min(before.size(), after.size());
    while (first_ < most && before[first_] == after[first_]) ++first_;
    while (last_ < most - first_ && from_end(before, last_) == from_end(after, last_)) ++last_;
    rows_ = before.size() - first_ - last_;
    columns_ = after.size() - first_ - last_;
  }

  Steps steps() && {
    for (std::size_t i = 0; i < first_; ++i) steps_.push_back({' ', before_[i]});
    if (rows_ > kMostCompared || columns_ > kMostCompared) {
      rest(0, 0);
    } else {
      measure();
      walk();
    }
    for (std::size_t i = before_.size() - last_; i < before_.size(); ++i) {
      steps_.push_back({' ', before_[i]});
    }
    return std::move(steps_);
  }

 private:
  static std::string_view from_end(const Lines& lines, std::size_t at) {
    return lines[lines.size() - 1 - at];
  }
  std::string_view old_line(std::size_t row) const { return before_[first_ + row]; }
  std::string_view new_line(std::size_t column) const { return after_[first_ + column]; }
  // common(r, c) is the length of what the stretches after row r and column c have in common.
  std::size_t& common(std::size_t row, std::size_t column) {
    return table_[row * (columns_ + 1) + column];
  }

  void measure() {
    table_.assign((rows_ + 1) * (columns_ + 1), 0);
    for (std::size_t r = rows_; r-- > 0;) {
      for (std::size_t c = columns_; c-- > 0;) {
        common(r, c) = old_line(r) == new_line(c) ? common(r + 1, c + 1) + 1
                                                  : std::max(common(r + 1, c), common(r, c + 1));
      }
    }
  }

  void walk() {
    std::size_t r = 0;
    std::size_t c = 0;
    while (r < rows_ && c < columns_) {
      if (old_line(r) == new_line(c)) {
        steps_.push_back({' ', old_line(r++)});
        ++c;
      } else if (common(r + 1, c) >= common(r, c + 1)) {
        steps_.push_back({'-', old_line(r++)});
      } else {
        steps_.push_back({'+', new_line(c++)});
      }
    }
    rest(r, c);
  }

  void rest(std::size_t row, std::size_t column) {
    for (; row < rows_; ++row) steps_.push_back({'-', old_line(row)});
    for (; column < columns_; ++column) steps_.push_back({'+', new_line(column)});
  }

  const Lines& before_;
  const Lines& after_;
  std::size_t first_ = 0;  // equal lines at the start, and at the end
  std::size_t last_ = 0;
  std::size_t rows_ = 0;
  std::size_t columns_ = 0;
  std::vector<std::size_t> table_;
  Steps steps_;
};

// Which steps are shown: the changes and kContext lines round each.
std::vector<bool> shown_steps(const Steps& steps) {
  std::vector<bool> shown(steps.size(), false);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].kind == ' ') continue;
    const std::size_t end = std::min(steps.size(), i + kContext + 1);
    for (std::size_t j = i - std::min(i, kContext); j < end; ++j) shown[j] = true;
  }
  return shown;
}

std::string range(std::size_t start, std::size_t count) {
  return std::to_string(count == 0 ? start : start + 1) + "," + std::to_string(count);
}

// One hunk from `i` on, and how far it goes.
std::size_t append_hunk(const Steps& steps, std::size_t i, std::size_t end, std::string& out) {
  std::size_t old_start = 0;
  std::size_t new_start = 0;
  for (std::size_t j = 0; j < i; ++j) {
    old_start += steps[j].kind != '+';
    new_start += steps[j].kind != '-';
  }
  std::size_t old_count = 0;
  std::size_t new_count = 0;
  std::string lines;
  for (; i < end; ++i) {
    old_count += steps[i].kind != '+';
    new_count += steps[i].kind != '-';
    lines.append(1, steps[i].kind).append(masked(steps[i].line)).append("\n");
  }
  out.append("@@ -" + range(old_start, old_count) + " +" + range(new_start, new_count) + " @@\n");
  out.append(lines);
  return end;
}

}  // namespace

std::string file_difference(std::string_view before, std::string_view after,
                            std::string_view path) {
  if (before == after) return {};
  const Lines old_lines = lines_of(before);
  const Lines new_lines = lines_of(after);
  const Steps steps = Comparison(old_lines, new_lines).steps();
  const std::vector<bool> shown = shown_steps(steps);
  std::string out = "--- " + std::string(path) + "\n+++ " + std::string(path) + "\n";
  for (std::size_t i = 0; i < steps.size();) {
    if (!shown[i]) {
      ++i;
      continue;
    }
    std::size_t end = i;
    while (end < steps.size() && shown[end]) ++end;
    i = append_hunk(steps, i, end, out);
  }
  return out;
}

}  // namespace mdh
