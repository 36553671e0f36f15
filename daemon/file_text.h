// Reads whole small files. No write is here: see daemon/storage.
#pragma once

#include <string>

#include "common/result.h"
#include "common/secret.h"

namespace mdh {

// read_text() is a regular file's bytes, `most` at most; an Error (class config, stage config) says
// which path and why. read_secret() is the same without a copy left behind.
Result<std::string> read_text(const std::string& path, std::size_t most = 1024 * 1024);
Result<Secret> read_secret(const std::string& path, std::size_t most = 1024 * 1024);

}  // namespace mdh
