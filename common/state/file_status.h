// How a profile stands in its AWS profile file: a value for status, page and log.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/timestamp.h"

namespace mdh {

enum class FileCondition { disabled, pending, written, failed };
struct FileStatus {
  std::string path;
  FileCondition condition = FileCondition::disabled;
  std::string message;  // the error's sentence when failed
  // What a person should know of the file though it is well: it is outranked, it was narrowed.
  std::vector<std::string> remarks{};
  std::string hint{};                    // the error's cure when failed
  std::optional<WallTime> since{};       // the first of the failures that go on
  std::optional<WallTime> written_at{};  // when it was last brought to what is wanted
  bool operator==(const FileStatus&) const = default;
};

// unheard_file() is the status before the first word of who writes it.
inline FileStatus unheard_file(bool asked_for) {
  FileStatus status;
  if (asked_for) status.condition = FileCondition::pending;
  return status;
}

}  // namespace mdh
