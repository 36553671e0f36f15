#include "common/endpoint/id_owners.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>

namespace mdh {
namespace {

using Line = std::array<std::string_view, 3>;

std::optional<std::uint32_t> number_in(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The first three fields of every line that has as many.
std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  while (!text.empty()) {
    std::string_view rest = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(rest.size() + 1, text.size()));
    Line line;
    std::size_t fields = 0;
    for (; fields < line.size() && !rest.empty(); ++fields) {
      line[fields] = rest.substr(0, rest.find(':'));
      rest.remove_prefix(std::min(line[fields].size() + 1, rest.size()));
    }
    if (fields == line.size()) lines.push_back(line);
  }
  return lines;
}

}  // namespace

IdOwners::IdOwners(const IdTexts& texts) {
  std::map<std::string_view, std::uint32_t> uids;
  for (const Line& line : lines_of(texts.passwd)) {
    if (const auto uid = number_in(line[2])) uids.emplace(line[0], *uid);
  }
  for (const std::string* text : {&texts.subuid, &texts.subgid}) {
    for (const Line& line : lines_of(*text)) {
      const auto first = number_in(line[1]);
      const auto count = number_in(line[2]);
      if (!first || !count || *count == 0 || *count - 1 > UINT32_MAX - *first) continue;
      const auto named = uids.emplace(line[0], number_in(line[0]).value_or(*first)).first;
      ranges_.push_back({*first, *first + (*count - 1), named->second});
    }
  }
  std::stable_sort(ranges_.begin(), ranges_.end(),
                   [](const Range& left, const Range& right) { return left.first < right.first; });
}

std::uint32_t IdOwners::owner_of(std::uint32_t uid) const {
  const auto after =
      std::upper_bound(ranges_.begin(), ranges_.end(), uid,
                       [](std::uint32_t id, const Range& range) { return id < range.first; });
  if (after == ranges_.begin()) return uid;
  const Range& range = *std::prev(after);
  return uid <= range.last ? range.owner : uid;
}

}  // namespace mdh
