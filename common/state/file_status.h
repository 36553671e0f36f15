// How a profile stands in its AWS profile file: a value for status, page and log.
#pragma once

#include <string>

namespace mdh {

enum class FileCondition { disabled, pending, written, failed };
struct FileStatus {
  std::string path;
  FileCondition condition = FileCondition::disabled;
  std::string message;  // the error's sentence and hint when failed
  bool operator==(const FileStatus&) const = default;
};

}  // namespace mdh
