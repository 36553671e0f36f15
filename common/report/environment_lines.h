// A change of the environment as text: for a shell to evaluate, an interpreter to run, a program to
// read. Pure; thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "common/report/child_environment.h"

namespace mdh {

// Who reads the lines. sh: every shell of POSIX's kind; dotenv: docker, systemd, python-dotenv.
enum class Shell { sh, csh, fish, python, dotenv };

// shell_called() is the shell of that name; kShellNames are all of them, sh first.
inline constexpr std::string_view kShellNames[] = {"sh", "csh", "fish", "python", "dotenv"};
Shell shell_called(std::string_view name);

// environment_lines() has one command a line. Those for a shell end in `;`, so that they mean the
// same where an unquoted $() made one line of them. A dotenv file can unset nothing: it names what
// is to be, behind a `#`.
std::string environment_lines(const EnvironmentChange& change, Shell shell);
// failure_line() has who evaluates it end with this status; empty for dotenv, where a line would be
// a variable.
std::string failure_line(int status, Shell shell);
// r_lines() are the change for a running R.
std::string r_lines(const EnvironmentChange& change);

}  // namespace mdh
