// The program's exit statuses, in one place; mdh-credentials(1) lists them.
#pragma once

#include "common/error.h"

namespace mdh {

inline constexpr int kExitGood = 0;
inline constexpr int kExitFailed = 1;           // at run time
inline constexpr int kExitUsage = 2;            // the command line, or a profile that nobody knows
inline constexpr int kExitNotReady = 3;         // some profile is not valid, or not written
inline constexpr int kExitNoDaemon = 4;         // none answers
inline constexpr int kExitConfiguration = 78;   // EX_CONFIG: systemd does not restart on it
inline constexpr int kExitNotExecutable = 126;  // as a shell's
inline constexpr int kExitNotFound = 127;

// exit_status() is kExitConfiguration for what the user's configuration or key must mend, else
// kExitFailed.
constexpr int exit_status(const Error& error) {
  return error.error_class == ErrorClass::config ? kExitConfiguration : kExitFailed;
}

}  // namespace mdh
