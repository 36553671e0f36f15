// Where a project's data is asked for by Athena, for those who will ask. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mdh {

// AthenaConfig is what clients want to be told; an empty one is not known.
struct AthenaConfig {
  std::string database;
  std::string workgroup;
  std::string output;    // "s3://BUCKET/PATH", where results go
  bool derived = false;  // made by derived_athena(), not given

  bool empty() const { return database.empty() && workgroup.empty() && output.empty(); }
  bool operator==(const AthenaConfig&) const = default;
};

// derived_athena() is the names that MyDataHelps was observed to give a project whose code is
// RK.<organisation>.<name>: nowhere documented, so that who shows them says so. Nothing for a code
// of another form.
std::optional<AthenaConfig> derived_athena(std::string_view project_code);

}  // namespace mdh
