#include "common/report/child_environment.h"

#include <algorithm>
#include <array>

namespace mdh {
namespace {

// When a variable is set. Without it the variable is unset, but one that is given always and has no
// value stays as it was.
enum class Given { container, metadata, no_metadata, exceptions, always, never };

struct Line {
  Given given;
  ChildVariable variable;
};

constexpr std::string_view kEvery = "Every SDK of AWS and what is built on one";
constexpr std::string_view kObjectStore = "Rust's object_store, polars, deltalake";
constexpr std::string_view kIsolated =
    "With --isolate: the SDKs, which find the region alone there";

constexpr std::array kLines{
    Line{Given::container,
         {"AWS_CONTAINER_CREDENTIALS_FULL_URI", "{url}/credentials/{profile}", kEvery}},
    Line{Given::container,
         {"AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", "{token_file}",
          "The same; object_store, polars and deltalake take no address without it"}},
    Line{Given::container,
         {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "{token}",
          "With --token-env: SDKs that know no token file (Debian 12's boto3, Go's before 2023)"}},
    Line{Given::metadata,
         {"AWS_EC2_METADATA_SERVICE_ENDPOINT", "{url}/profiles/{profile}/",
          "The metadata form of the SDKs; Hadoop S3A and Spark go over to it for good when one "
          "look-up in the container form failed"}},
    Line{Given::metadata, {"AWS_METADATA_ENDPOINT", "{url}/profiles/{profile}/", kObjectStore}},
    Line{Given::metadata,
         {"CPL_AWS_EC2_API_ROOT_URL", "{url}/profiles/{profile}", "GDAL and rasterio"}},
    Line{Given::metadata,
         {"CPL_AWS_AUTODETECT_EC2", "NO", "GDAL, which otherwise looks for EC2's hardware first"}},
    Line{Given::no_metadata,
         {"AWS_EC2_METADATA_DISABLED", "true", "With --no-imds: the SDKs; else it is unset"}},
    Line{Given::never, {"AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "", "The SDKs; always unset"}},
    Line{
        Given::exceptions,
        {"NO_PROXY", "{exceptions}",
         "Boto3's metadata form, polars, deltalake, daft, lancedb, Rust, Kotlin, GDAL, which would "
         "send the token to a proxy; added to what is there"}},
    Line{Given::exceptions, {"no_proxy", "{exceptions}", "The same"}},
    Line{Given::always, {"AWS_REGION", "{region}", kEvery}},
    Line{Given::always, {"AWS_DEFAULT_REGION", "{region}", "Boto3, AWS CLI, deltalake"}},
    Line{Given::always, {"AWS_ATHENA_S3_STAGING_DIR", "{athena.output}", "PyAthena"}},
    Line{Given::always, {"AWS_ATHENA_WORK_GROUP", "{athena.workgroup}", "PyAthena"}},
    Line{Given::always, {"WR_DATABASE", "{athena.database}", "Awswrangler"}},
    Line{Given::always, {"WR_WORKGROUP", "{athena.workgroup}", "Awswrangler"}},
    Line{Given::always, {"AWS_SHARED_CREDENTIALS_FILE", "{isolated}", kIsolated}},
    Line{Given::always, {"AWS_CONFIG_FILE", "{isolated}", kIsolated}},
    Line{Given::always,
         {"AWS_CREDENTIAL_PROFILES_FILE", "{isolated}", "With --isolate: Java's first SDK"}}};

// The address's own host last, where it is none of the usual.
std::vector<std::string> loopback_names(const std::string& base_url) {
  std::vector<std::string> names{"127.0.0.1", "localhost", "::1"};
  std::string host = base_url.substr(std::min(base_url.find("//") + 2, base_url.size()));
  host = host.front() == '[' ? host.substr(1, host.find(']') - 1) : host.substr(0, host.find(':'));
  if (std::find(names.begin(), names.end(), host) == names.end()) names.push_back(host);
  return names;
}

bool names_host(std::string_view list, std::string_view host) {
  while (!list.empty()) {
    const std::string_view one = list.substr(0, list.find(','));
    list.remove_prefix(std::min(one.size() + 1, list.size()));
    const std::size_t first = one.find_first_not_of(" \t");
    if (first == one.npos) continue;
    const std::string_view name = one.substr(first, one.find_last_not_of(" \t") + 1 - first);
    if (name == host || name == "*") return true;
  }
  return false;
}

std::string with_loopback(std::string list, const std::string& base_url) {
  for (const std::string& host : loopback_names(base_url)) {
    if (!names_host(list, host)) list.append(list.empty() ? "" : ",").append(host);
  }
  return list;
}

// A tool reads one of the two, so what stands in one alone must not be lost with the other.
std::string exceptions_of(const ChildWish& wish, std::string_view name) {
  if (!wish.exceptions) return with_loopback("", wish.base_url);
  const bool is_lower = name == "no_proxy";
  const std::string& own = is_lower ? wish.exceptions->lower : wish.exceptions->upper;
  const std::string& other = is_lower ? wish.exceptions->upper : wish.exceptions->lower;
  return with_loopback(own.empty() ? other : own, wish.base_url);
}

const std::string& part(const ChildWish& wish, std::string_view key) {
  if (key == "url") return wish.base_url;
  if (key == "profile") return wish.profile;
  if (key == "token_file") return wish.token_file;
  if (key == "token") return wish.token;
  if (key == "region") return wish.region;
  if (key == "athena.database") return wish.athena.database;
  if (key == "athena.workgroup") return wish.athena.workgroup;
  if (key == "athena.output") return wish.athena.output;
  return wish.isolated_file;
}

// Empty where a part of it is.
std::string filled(const ChildWish& wish, const ChildVariable& variable) {
  if (variable.value == "{exceptions}") return exceptions_of(wish, variable.name);
  std::string value;
  std::string_view rest = variable.value;
  while (!rest.empty()) {
    const std::size_t open = std::min(rest.find('{'), rest.size());
    value += rest.substr(0, open);
    rest.remove_prefix(open);
    if (rest.empty()) break;
    const std::size_t close = rest.find('}');
    const std::string& found = part(wish, rest.substr(1, close - 1));
    if (found.empty()) return {};
    value += found;
    rest.remove_prefix(close + 1);
  }
  return value;
}

bool is_given(Given given, ChildWish::Form form) {
  switch (given) {
    case Given::container:
      return form != ChildWish::Form::metadata;
    case Given::metadata:
      return form != ChildWish::Form::container;
    case Given::no_metadata:
      return form == ChildWish::Form::container;
    case Given::exceptions:
    case Given::always:
      return true;
    case Given::never:
      break;
  }
  return false;
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

std::vector<ChildVariable> child_variables() {
  std::vector<ChildVariable> variables;
  for (const Line& line : kLines) variables.push_back(line.variable);
  return variables;
}

EnvironmentChange child_environment(const ChildWish& wish) {
  EnvironmentChange change;
  for (const auto& [given, variable] : kLines) {
    std::string value = is_given(given, wish.form) ? filled(wish, variable) : std::string();
    const bool add = given == Given::exceptions && !wish.exceptions;
    if (!value.empty()) {
      (add ? change.added : change.set).emplace_back(variable.name, std::move(value));
    } else if (given != Given::always) {
      change.unset.emplace_back(variable.name);
    }
  }
  const auto& names = outranking_variables();
  change.unset.insert(change.unset.end(), names.begin(), names.end());
  return change;
}

}  // namespace mdh
