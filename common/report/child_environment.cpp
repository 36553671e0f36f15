#include "common/report/child_environment.h"

#include <algorithm>

#include "common/shell_word.h"

namespace mdh {
namespace {

// A literal of Python and of R alike.
std::string quoted_literal(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string joined_literals(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + quoted_literal(name);
  return all;
}

std::string with_loopback(const std::string& no_proxy) {
  const std::string ours = "127.0.0.1,localhost,::1";
  if (no_proxy.find("127.0.0.1") != std::string::npos) return no_proxy;
  return no_proxy.empty() ? ours : no_proxy + "," + ours;
}

void container_form(const ChildWish& wish, EnvironmentChange& change) {
  change.set.emplace_back("AWS_CONTAINER_CREDENTIALS_FULL_URI",
                          wish.base_url + "/credentials/" + wish.profile);
  change.set.emplace_back("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", wish.token_file);
  if (wish.token.empty()) {
    change.unset.emplace_back("AWS_CONTAINER_AUTHORIZATION_TOKEN");
  } else {
    change.set.emplace_back("AWS_CONTAINER_AUTHORIZATION_TOKEN", wish.token);
  }
  change.set.emplace_back("AWS_EC2_METADATA_DISABLED", "true");
}

// botocore's IMDS client obeys http_proxy even for 127.0.0.1; AWS CLI 2.9 joins without a slash.
void imds_form(const ChildWish& wish, EnvironmentChange& change) {
  change.set.emplace_back("AWS_EC2_METADATA_SERVICE_ENDPOINT", wish.base_url + "/");
  change.set.emplace_back("NO_PROXY", with_loopback(wish.no_proxy));
  change.set.emplace_back("no_proxy", with_loopback(wish.no_proxy));
  for (const char* name :
       {"AWS_EC2_METADATA_DISABLED", "AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN"}) {
    change.unset.emplace_back(name);
  }
}

}  // namespace

const std::vector<std::string>& outranking_variables() {
  static const std::vector<std::string> kNames{"AWS_ACCESS_KEY_ID",
                                               "AWS_SECRET_ACCESS_KEY",
                                               "AWS_SESSION_TOKEN",
                                               "AWS_SECURITY_TOKEN",
                                               "AWS_ACCESS_KEY",
                                               "AWS_SECRET_KEY",
                                               "AWS_CREDENTIAL_EXPIRATION",
                                               "AWS_CREDENTIAL_FILE",
                                               "AWS_WEB_IDENTITY_TOKEN_FILE",
                                               "AWS_ROLE_ARN",
                                               "AWS_ROLE_SESSION_NAME",
                                               "AWS_PROFILE",
                                               "AWS_DEFAULT_PROFILE",
                                               "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"};
  return kNames;
}

EnvironmentChange child_environment(const ChildWish& wish) {
  EnvironmentChange change;
  if (wish.imds) {
    imds_form(wish, change);
  } else {
    container_form(wish, change);
  }
  if (!wish.region.empty()) {
    change.set.emplace_back("AWS_REGION", wish.region);
    change.set.emplace_back("AWS_DEFAULT_REGION", wish.region);
  }
  if (!wish.isolated_file.empty()) {
    change.set.emplace_back("AWS_SHARED_CREDENTIALS_FILE", wish.isolated_file);
    change.set.emplace_back("AWS_CONFIG_FILE", wish.isolated_file);
  }
  const auto& names = outranking_variables();
  change.unset.insert(change.unset.end(), names.begin(), names.end());
  return change;
}

std::string shell_lines(const EnvironmentChange& change) {
  std::string lines;
  for (const auto& [name, value] : change.set) {
    lines += "export " + name + "=" + shell_quoted(value) + "\n";
  }
  if (change.unset.empty()) return lines;
  lines += "unset";
  for (const std::string& name : change.unset) lines += " " + name;
  return lines + "\n";
}

std::string python_lines(const EnvironmentChange& change) {
  std::string lines = "import os\n";
  for (const auto& [name, value] : change.set) {
    lines += "os.environ[" + quoted_literal(name) + "] = " + quoted_literal(value) + "\n";
  }
  return lines + "for name in [" + joined_literals(change.unset) +
         "]:\n    os.environ.pop(name, None)\n";
}

std::string r_lines(const EnvironmentChange& change) {
  std::string lines;
  for (const auto& [name, value] : change.set) {
    lines += "Sys.setenv(" + name + " = " + quoted_literal(value) + ")\n";
  }
  return lines + "Sys.unsetenv(c(" + joined_literals(change.unset) + "))\n";
}

}  // namespace mdh
