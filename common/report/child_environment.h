// What a process must find in its environment to get its credentials from the daemon, and what must
// be gone because it would win over the daemon (R45 to R47). Pure; the page, `env` and
// `exec` say the same because they all ask here.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mdh {

struct ChildWish {
  std::string base_url;  // "http://127.0.0.1:6340", no slash at the end
  std::string profile;
  std::string token_file;
  std::string region;      // empty: not set
  std::string token{};     // not empty: handed over in a variable too, for SDKs without token files
  bool imds = false;       // the instance metadata form instead of the container form
  std::string no_proxy{};  // imds: what NO_PROXY holds already
  std::string isolated_file{};  // not empty: stands in for both AWS files
};

struct EnvironmentChange {
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> unset;  // removed, never blanked: a blank one breaks botocore and Ruby
};

EnvironmentChange child_environment(const ChildWish& wish);
// outranking_variables() are those that would win over the daemon in some SDK, most telling first.
const std::vector<std::string>& outranking_variables();
// shell_lines() is the change for a POSIX shell, one command a line, quoted where needed.
std::string shell_lines(const EnvironmentChange& change);
// python_lines() and r_lines() are the change for a running interpreter.
std::string python_lines(const EnvironmentChange& change);
std::string r_lines(const EnvironmentChange& change);

}  // namespace mdh
