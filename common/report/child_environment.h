// What a process must find in its environment to get its credentials from the daemon, and what must
// be gone because it would win over the daemon (R45 to R47). One table says which variable is for
// whom; the manual's is held to it by a test. Pure; the page, `env` and `exec` say the same because
// they all ask here. How it is written for a shell is report/environment_lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/config/athena.h"

namespace mdh {

// What a process has in NO_PROXY and in no_proxy.
struct ProxyExceptions {
  std::string upper;
  std::string lower;
};

struct ChildWish {
  // Both: the container form, which SDKs ask first, and the metadata form beside it.
  enum class Form { both, container, metadata };

  std::string base_url;  // "http://127.0.0.1:6340", no slash at the end
  std::string profile;
  std::string token_file;
  std::string region;   // empty: not set
  std::string token{};  // not empty: handed over in a variable too, for SDKs without token files
  Form form = Form::both;
  std::optional<ProxyExceptions> exceptions{};  // nothing: not known, so they are to be added to
  AthenaConfig athena{};                        // of it what is not empty
  std::string isolated_file{};                  // not empty: stands in for the AWS files
};

struct EnvironmentChange {
  std::vector<std::pair<std::string, std::string>> set;
  std::vector<std::string> unset;  // removed, never blanked: a blank one breaks botocore and Ruby
  std::vector<std::pair<std::string, std::string>> added;  // after a comma to what is there
};

// One line of the table: `value` with {url}, {profile} and so on where a wish's stand; empty: the
// variable is only ever unset.
struct ChildVariable {
  std::string_view name;
  std::string_view value;
  std::string_view readers;  // who reads it, a sentence without its full stop
};

EnvironmentChange child_environment(const ChildWish& wish);
std::vector<ChildVariable> child_variables();
// outranking_variables() are those that would win over the daemon in some SDK, most telling first.
const std::vector<std::string>& outranking_variables();

}  // namespace mdh
