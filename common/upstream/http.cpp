#include "common/upstream/http.h"

#include <algorithm>

namespace mdh {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view left, std::string_view right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace

std::optional<std::string_view> HttpReply::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& field) {
    return same_name(field.name, name);
  });
  if (found == headers.end()) return std::nullopt;
  return found->value;
}

std::optional<WallTime> HttpReply::date() const {
  const auto field = header("Date");
  return field ? parse_http_date(*field) : std::nullopt;
}

}  // namespace mdh
