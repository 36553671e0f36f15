// How a profile stands in its AWS profile file: a value for status, page and log.
#pragma once

#include <string>
#include <vector>

namespace mdh {

enum class FileCondition { disabled, pending, written, failed };
struct FileStatus {
  std::string path;
  FileCondition condition = FileCondition::disabled;
  std::string message;  // the error's sentence and hint when failed
  // What a person should know of the file though it is well: it is outranked, it was narrowed.
  std::vector<std::string> remarks{};
  bool operator==(const FileStatus&) const = default;
};

}  // namespace mdh
