#include "common/upstream/http.h"

#include <algorithm>

#include "common/ascii.h"

namespace mdh {
std::optional<std::string_view> UpstreamReply::header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& field) {
    return same_name(field.name, name);
  });
  if (found == headers.end()) return std::nullopt;
  return found->value;
}

std::optional<WallTime> UpstreamReply::date() const {
  const auto field = header("Date");
  return field ? parse_http_date(*field) : std::nullopt;
}

}  // namespace mdh
