// The log: journald with fields (MDH_PROFILE=, MDH_STAGE=, …) when stderr is the journal's
// ($JOURNAL_STREAM, systemd.exec(5)), else lines on stderr. One line per change of situation; never
// a secret. Only the loop, the server and main log. Thread-safe; never blocks its caller: lines
// queue for a thread of the log's own, and when the journal or the terminal stands still the oldest
// are given up, which the next line that gets through says.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/config/config.h"

namespace mdh {

using LogFields =
    std::vector<std::pair<std::string_view, std::string>>;  // {"MDH_PROFILE", "mdh-lab"}

// start_log() looks at stderr and takes it from there; a second call looks anew.
void start_log(LogLevel level);
void set_log_level(LogLevel level);
// log_line() queues one line; control characters in it and in fields are written as \xNN.
void log_line(LogLevel level, const std::string& message, const LogFields& fields = {});
// log_warnings() queues a line for each of the configuration's warnings; log_read_again() first one
// that it was read again, all at debug where that is no news.
void log_warnings(LogLevel level, const Config& config);
void log_read_again(const Config& config, bool news);
// flush_log() waits until all is written, `most` at most; exit() does so by itself, exec does not.
void flush_log(milliseconds most = milliseconds(500));

}  // namespace mdh
