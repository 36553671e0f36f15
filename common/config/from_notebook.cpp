#include "common/config/from_notebook.h"

#include <string_view>
#include <utility>

#include "common/ascii.h"
#include "common/config/rules.h"

namespace mdh {
namespace {

constexpr std::size_t kLongestFileName = 255;

bool looks_like_path(std::string_view text) {
  constexpr std::string_view kBase64OfPem = "LS0tLS1CRUdJTi";  // "-----BEGIN"
  if (text.find("-----") != std::string_view::npos || text.starts_with(kBase64OfPem)) return false;
  // The base64 of a key has slashes, too, but none of these in front.
  const bool anchored = std::string_view("/~.").find(text.front()) != std::string_view::npos;
  return is_path(text) && (anchored || text.size() <= kLongestFileName);
}

// Reads one variable after another; the first fault counts.
class Reader {
 public:
  Reader(const Variables& values, const std::string& origin) : values_(values), origin_(origin) {}

  std::string_view value(const char* name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view() : trimmed(found->second.reveal());
  }
  void need(const char* name, const char* hint) {
    if (value(name).empty()) fail(std::string(name) + " is not set", hint);
  }
  void take(const char* name, const TextRule& rule, std::string& out) {
    const std::string_view text = value(name);
    if (text.empty()) return;
    if (rule.allows(text)) {
      out = text;
    } else {
      fail(std::string(name) + " must be " + std::string(rule.words), "");
    }
  }
  void fail(const std::string& why, const char* hint) {
    if (failed_) return;
    failed_ = true;
    error_.message = origin_ + ": " + why;
    error_.hint = hint;
  }
  bool failed() const { return failed_; }
  const Error& error() const { return error_; }

 private:
  const Variables& values_;
  const std::string& origin_;
  bool failed_ = false;
  Error error_;
};

void read_account(Reader& reader, AccountConfig& account) {
  reader.need("RKS_SERVICE_ACCOUNT", "it is the service account's name in MyDataHelps Designer");
  reader.need("RKS_PRIVATE_KEY", "it is the account's private key (PEM), or the path of its file");
  reader.take("RKS_SERVICE_ACCOUNT", kLine, account.service_account);
  reader.take("MDH_TOKEN_URL", kUpstreamUrl, account.token_url);
  if (reader.failed()) return;
  account.private_key = key_reference_from_variable(reader.value("RKS_PRIVATE_KEY"));
  account.audience = account.token_url;
}

void read_project(Reader& reader, ProjectConfig& project) {
  // The notebook wrote [None] without it.
  reader.need("AWS_PROFILE_NAME", "it is the AWS profile to write, such as mdh-lab");
  reader.take("AWS_PROFILE_NAME", kProfile, project.profile);
  reader.take("RKS_PROJECT_CODE", kLine, project.project_code);
  reader.take("RKS_PROJECT_ID", kIdentifier, project.project_id);
  reader.take("MDH_EXCHANGE_URL", kUpstreamUrl, project.exchange_url);
  const bool code = !project.project_code.empty();
  const bool id = !project.project_id.empty();
  if (!code && !id) {
    reader.fail("RKS_PROJECT_CODE or RKS_PROJECT_ID must be set", "one of them names the project");
  }
  if (code && id && project.exchange_url.empty()) {
    reader.fail("RKS_PROJECT_CODE and RKS_PROJECT_ID are both set",
                "keep one of them, or set MDH_EXCHANGE_URL, too");
  }
  if (!id && project.exchange_url.find("{project_id}") != std::string::npos) {
    reader.fail("RKS_PROJECT_ID is not set", "MDH_EXCHANGE_URL asks for {project_id}");
  }
}

}  // namespace

const std::vector<std::string>& notebook_variables() {
  static const std::vector<std::string> names = {
      "RKS_PRIVATE_KEY",  "RKS_SERVICE_ACCOUNT", "RKS_PROJECT_CODE", "RKS_PROJECT_ID",
      "AWS_PROFILE_NAME", "MDH_TOKEN_URL",       "MDH_EXCHANGE_URL"};
  return names;
}

Result<Config> config_from_environment(const Variables& values, const std::string& origin) {
  Reader reader(values, origin);
  Config config;
  config.origin = origin;
  AccountConfig& account = config.accounts.emplace_back();
  ProjectConfig& project = account.projects.emplace_back();
  read_account(reader, account);
  read_project(reader, project);
  if (reader.failed()) return reader.error();
  config.endpoint.imds_profile = project.profile;
  return config;
}

KeyReference key_reference_from_variable(std::string_view value) {
  value = trimmed(value);
  if (value.empty() || !looks_like_path(value)) {
    return {KeyReference::Kind::text, "RKS_PRIVATE_KEY", std::make_shared<const Secret>(value)};
  }
  if (auto source = parse_key_source(value)) return *source;
  return {KeyReference::Kind::file, std::string(value), {}};
}

}  // namespace mdh
