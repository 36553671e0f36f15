// Reads whole small files. No write is here: see daemon/storage.
#pragma once

#include <string>

#include "common/result.h"
#include "common/secret.h"
#include "daemon/system/file_descriptor.h"

namespace mdh {

inline constexpr std::size_t kLongestText = std::size_t{1024} * 1024;

// read_text() is a regular file's bytes, `most` at most; an Error (class config, stage config) says
// which path and why. read_secret() is the same without a copy left behind.
Result<std::string> read_text(const std::string& path, std::size_t most = kLongestText);
Result<Secret> read_secret(const std::string& path, std::size_t most = kLongestText);

// open_regular() opens a regular file for reading and waits for nothing; open_pipe_too() takes a
// FIFO as well; read_opened() is its secret bytes, for those who look at owner and mode in between,
// waiting 5 s at most for those who write to a pipe. `path` is for messages.
Result<FileDescriptor> open_regular(const std::string& path);
Result<FileDescriptor> open_pipe_too(const std::string& path);
Result<Secret> read_opened(const FileDescriptor& file, const std::string& path,
                           std::size_t most = kLongestText);

}  // namespace mdh
