#include "common/config/dotenv_value.h"

#include <algorithm>

#include "common/white_space.h"

namespace mdh {
namespace {

// The escapes python-dotenv decodes; any other backslash stays.
std::optional<char> escaped(char after_backslash, char quote) {
  if (after_backslash == '\\' || after_backslash == '\'') return after_backslash;
  if (quote == '\'') return std::nullopt;
  constexpr std::string_view kNames = "\"abfnrtv";
  constexpr std::string_view kMeanings = "\"\a\b\f\n\r\t\v";
  const std::size_t which = kNames.find(after_backslash);
  if (which == std::string_view::npos) return std::nullopt;
  return kMeanings[which];
}

// One ${NAME} or ${NAME:-default} at the front of `text`; `length` is 0 when there is none.
struct Reference {
  std::string_view name;
  std::string_view otherwise{};
  std::size_t length = 0;
};

Reference reference_at(std::string_view text) {
  if (text.substr(0, 2) != "${") return {};
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos) return {};
  const std::string_view inside = text.substr(2, end - 2);
  const std::size_t colon = inside.find(':');
  if (colon == std::string_view::npos) return {inside, {}, end + 1};
  if (inside.substr(colon, 2) != ":-") return {};
  return {inside.substr(0, colon), inside.substr(colon + 2), end + 1};
}

}  // namespace

Secret unescaped(std::string_view raw, char quote) {
  Secret out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char byte = raw[i];
    if (byte == '\\' && i + 1 < raw.size()) {
      if (const auto meaning = escaped(raw[i + 1], quote)) {
        byte = *meaning;
        ++i;
      }
    }
    out.append({&byte, 1});
  }
  return out;
}

std::string_view without_comment(std::string_view raw) {
  for (std::size_t hash = raw.find('#'); hash != std::string_view::npos;
       hash = raw.find('#', hash + 1)) {
    if (blank_before(raw, hash) != 0) return stripped_right(raw.substr(0, hash));
  }
  return stripped_right(raw);
}

Secret interpolated(std::string_view raw, const Lookup& lookup) {
  Secret value;
  while (!raw.empty()) {
    const std::size_t dollar = std::min(raw.find('$'), raw.size());
    value.append(raw.substr(0, dollar));
    raw.remove_prefix(dollar);
    if (raw.empty()) break;
    const Reference reference = reference_at(raw);
    if (reference.length == 0) {
      value.append(raw.substr(0, 1));
    } else {
      value.append(lookup(reference.name).value_or(reference.otherwise));
    }
    raw.remove_prefix(std::max<std::size_t>(reference.length, 1));
  }
  return value;
}

std::vector<std::string> dotenv_references(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find("${"); at != std::string_view::npos;
       at = text.find("${", at + 2)) {
    const Reference reference = reference_at(text.substr(at));
    if (reference.length != 0) names.emplace_back(reference.name);
  }
  return names;
}

}  // namespace mdh
