#include "common/config/athena.h"

#include <algorithm>

namespace mdh {
namespace {

constexpr std::string_view kSuffix = "_prod";

// In lower case, with a `_` for each blank and dot.
std::string as_a_name(std::string_view code) {
  std::string name(code);
  std::transform(name.begin(), name.end(), name.begin(), [](char c) {
    if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
    return c == ' ' || c == '.' ? '_' : c;
  });
  return name;
}

}  // namespace

std::optional<AthenaConfig> derived_athena(std::string_view project_code) {
  if (!project_code.starts_with("RK.")) return std::nullopt;
  const std::size_t dot = project_code.find('.', 3);
  if (dot == 3 || dot == project_code.npos || dot + 1 == project_code.size()) return std::nullopt;
  const std::string name = as_a_name(project_code);
  return AthenaConfig{"mdh_export_database_" + name + std::string(kSuffix),
                      "mdh_export_database_external" + std::string(kSuffix),
                      "s3://pep-mdh-export-database-prod/execution/" + name, true};
}

}  // namespace mdh
