// The log: journald with fields (MDH_PROFILE=, MDH_STAGE=, …) when stderr is the journal's, else
// lines on stderr. One line per change of situation; never a secret. Only the loop, the server and
// main log. Thread-safe; never blocks the loop on a stalled journal.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/config.h"

namespace mdh {

using LogFields =
    std::vector<std::pair<std::string_view, std::string>>;  // {"MDH_PROFILE", "mdh-lab"}

void start_log(LogLevel level);
void set_log_level(LogLevel level);
void log_line(LogLevel level, const std::string& message, const LogFields& fields = {});

}  // namespace mdh
