#include "common/config/from_notebook.h"

#include <string_view>
#include <utility>

#include "common/ascii.h"
#include "common/config/rules.h"
#include "common/encoding.h"
#include "common/white_space.h"

namespace mdh {
namespace {

constexpr std::string_view kEnvironment = "the environment";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

// A line of a key, which has 64 or 76 characters: the shortest that no file is called.
bool looks_like_base64(std::string_view text) {
  constexpr std::size_t kShortest = 60;
  constexpr std::string_view kUpperCase = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return text.size() >= kShortest && text.find_first_not_of(kBase64) == text.npos &&
         text.find_first_of(kUpperCase) != text.npos;
}

bool looks_like_path(std::string_view text) {
  if (contains(text, "-----") || looks_like_base64(text)) return false;
  return can_name_a_file(text) && text.find_first_of("/.") != text.npos;
}

// What is known of a notebook's variables beside their values.
struct Origin {
  std::string whole;  // a file's path, or "the environment"
  const Dotenv* file = nullptr;
};

// Reads one variable after another; the first fault counts.
class Reader {
 public:
  Reader(const Variables& values, const Origin& origin) : values_(values), origin_(origin) {}

  std::string_view value(const char* name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string_view() : stripped(found->second.reveal());
  }
  bool cut_off(const char* name) const {
    return origin_.file != nullptr && origin_.file->cut_off.contains(name);
  }
  void need(const char* name, const char* hint) {
    if (value(name).empty()) fail(origin_.whole, std::string(name) + " is not set", hint);
  }
  void take(const char* name, const TextRule& rule, std::string& out) {
    const std::string_view text = value(name);
    if (text.empty()) return;
    if (rule.allows(text)) {
      out = text;
    } else {
      fail(place(name), std::string(name) + " must be " + std::string(rule.words), "");
    }
  }
  void fail(const std::string& where, const std::string& why, const std::string& hint) {
    if (failed_) return;
    failed_ = true;
    error_.message = where + ": " + why;
    error_.hint = hint;
  }
  // place() is where a variable's value is from.
  std::string place(const char* name) const {
    if (origin_.file == nullptr) return origin_.whole;
    const auto line = origin_.file->lines.find(name);
    if (line == origin_.file->lines.end()) return std::string(kEnvironment);
    return origin_.whole + ": line " + std::to_string(line->second);
  }
  const std::string& whole() const { return origin_.whole; }
  bool failed() const { return failed_; }
  const Error& error() const { return error_; }

 private:
  const Variables& values_;
  const Origin& origin_;
  bool failed_ = false;
  Error error_;
};

bool holds_a_whole_key(std::string_view text) {
  constexpr std::string_view kEnd = "-----END";
  if (contains(text, kEnd)) return true;
  auto decoded = base64_decode(text);
  if (!decoded) return false;
  const bool whole = contains(*decoded, kEnd);
  wipe(*decoded);
  return whole;
}

void read_key(Reader& reader, AccountConfig& account) {
  const std::string_view text = reader.value("RKS_PRIVATE_KEY");
  account.private_key = key_reference_from_variable(text);
  if (account.private_key.kind != KeyReference::Kind::text || !reader.cut_off("RKS_PRIVATE_KEY") ||
      holds_a_whole_key(text)) {
    return;
  }
  reader.fail(reader.place("RKS_PRIVATE_KEY"),
              "the value of RKS_PRIVATE_KEY goes over several lines and is not in quotes",
              contains(text, "-----")
                  ? "put \" before -----BEGIN and \" after the last -----"
                  : "put \" before the first line and \" after the last one, or write it on one "
                    "line (base64 -w0)");
}

void read_account(Reader& reader, AccountConfig& account) {
  reader.need("RKS_SERVICE_ACCOUNT", "it is the service account's name in MyDataHelps Designer");
  reader.need("RKS_PRIVATE_KEY", "it is the account's private key (PEM), or the path of its file");
  reader.take("RKS_SERVICE_ACCOUNT", kLine, account.service_account);
  reader.take("MDH_TOKEN_URL", kUpstreamUrl, account.token_url);
  if (reader.failed()) return;
  read_key(reader, account);
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
    reader.fail(reader.whole(), "RKS_PROJECT_CODE or RKS_PROJECT_ID must be set",
                "one of them names the project");
  }
  if (code && id && project.exchange_url.empty()) {
    reader.fail(reader.whole(), "RKS_PROJECT_CODE and RKS_PROJECT_ID are both set",
                "keep one of them, or set MDH_EXCHANGE_URL, too");
  }
  if (!id && project.exchange_url.find("{project_id}") != std::string::npos) {
    reader.fail(reader.whole(), "RKS_PROJECT_ID is not set",
                "MDH_EXCHANGE_URL asks for {project_id}");
  }
}

Result<Config> config_of(const Variables& values, const Origin& origin) {
  Reader reader(values, origin);
  Config config;
  config.origin = origin.whole;
  AccountConfig& account = config.accounts.emplace_back();
  ProjectConfig& project = account.projects.emplace_back();
  read_account(reader, account);
  read_project(reader, project);
  if (reader.failed()) return reader.error();
  config.endpoint.imds_profile = project.profile;
  return config;
}

bool names(const Variables& values, const char* name) {
  const auto found = values.find(name);
  return found != values.end() && !stripped(found->second.reveal()).empty();
}

// A project's other name that yesterday's shell still has.
void silence(const Dotenv& file, const std::string& path, Variables& environment,
             std::vector<Error>& warnings) {
  constexpr std::pair<const char*, const char*> kNames[] = {{"RKS_PROJECT_CODE", "RKS_PROJECT_ID"},
                                                            {"RKS_PROJECT_ID", "RKS_PROJECT_CODE"}};
  for (const auto& [named, other] : kNames) {
    const bool here = names(file.values, named) && !names(file.values, other);
    if (!here || !names(environment, other)) continue;
    environment.erase(other);
    warnings.push_back({ErrorClass::config, Stage::config,
                        std::string(other) + " of the environment is not used: " + path +
                            " names the project by " + named,
                        std::string("unset ") + other});
  }
}

std::vector<Error> warnings_of(const Dotenv& file, const std::string& path) {
  std::vector<Error> warnings;
  for (const auto& [line, why] : file.skipped) {
    warnings.push_back(
        {ErrorClass::config, Stage::config,
         path + ": line " + std::to_string(line) + " " + why + "; it is skipped",
         "a line is NAME=value, NAME='value' or NAME=\"value\", or a comment after #"});
  }
  return warnings;
}

}  // namespace

const std::vector<std::string>& notebook_variables() {
  static const std::vector<std::string> names = {
      "RKS_PRIVATE_KEY",  "RKS_SERVICE_ACCOUNT", "RKS_PROJECT_CODE", "RKS_PROJECT_ID",
      "AWS_PROFILE_NAME", "MDH_TOKEN_URL",       "MDH_EXCHANGE_URL"};
  return names;
}

Result<Config> config_from_environment(const Variables& values) {
  return config_of(values, {std::string(kEnvironment)});
}

Result<Config> config_from_dotenv(Dotenv file, const std::string& path, Variables environment) {
  std::vector<Error> warnings = warnings_of(file, path);
  silence(file, path, environment, warnings);
  Variables values = std::move(environment);
  for (auto& [name, value] : file.values) values.insert_or_assign(name, std::move(value));
  Result<Config> config = config_of(values, {path, &file});
  if (config) {
    config->warnings = std::move(warnings);
  } else if (!file.skipped.empty()) {
    Error error = config.error();
    error.message += " (line " + std::to_string(file.skipped.front().line) + " " +
                     file.skipped.front().why + " and is skipped)";
    return error;
  }
  return config;
}

KeyReference key_reference_from_variable(std::string_view value) {
  value = stripped(value);
  if (auto source = parse_key_source(value)) return *source;
  if (looks_like_path(value)) return {KeyReference::Kind::file, std::string(value), {}};
  return {KeyReference::Kind::text, "RKS_PRIVATE_KEY", std::make_shared<const Secret>(value)};
}

}  // namespace mdh
