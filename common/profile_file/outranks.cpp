#include "common/profile_file/outranks.h"

#include <array>
#include <optional>
#include <utility>

#include "common/profile_file/edit.h"
#include "common/profile_file/parse.h"
#include "common/profile_file/section.h"

namespace mdh {
namespace {

// Where a key counts.
enum class Place { either, credentials, config };

using Keys = std::array<std::string_view, 4>;

// One rule: the first of `keys` that the section holds outranks the offer, in these SDKs.
struct Rule {
  Offer offer;
  Place place;
  Keys keys;
  std::string_view sdks;
};

// Any one of them makes an SSO profile to one SDK or another (boto3: account or role).
constexpr Keys kSso{"sso_session", "sso_start_url", "sso_account_id", "sso_role_name"};
constexpr std::string_view kEvery = "every SDK";
constexpr std::string_view kRole =
    "boto3, AWS CLI, Go, Java, JavaScript, PHP, Ruby, Rust, C++ (CRT)";
constexpr std::string_view kSsoFirst = "boto3, AWS CLI, Java, JavaScript, PHP, Ruby";
constexpr std::string_view kLogin = "boto3, AWS CLI, Go, Java";

// boto3 and the AWS CLI ask role, web identity, SSO, keys of the credentials file, login, process,
// keys of the config file, in this order; JavaScript SSO, role, keys, web identity, process; Go
// role, keys, web identity, SSO, login, process; Java web identity, role, SSO, keys, process; Ruby
// SSO, role, keys, process; PHP web identity, SSO, process of the credentials file, role, keys,
// process of the config file; Rust and the CRT role before keys.
constexpr std::array kRules{
    Rule{Offer::endpoint, Place::either, {"aws_access_key_id"}, kEvery},
    Rule{Offer::endpoint, Place::either, {"credential_process"}, kEvery},
    Rule{Offer::endpoint, Place::either, {"role_arn"}, kEvery},
    Rule{Offer::endpoint, Place::either, {"web_identity_token_file"}, kEvery},
    Rule{Offer::endpoint, Place::either, kSso, kEvery},
    Rule{Offer::endpoint, Place::either, {"login_session"}, kLogin},

    Rule{Offer::keys, Place::either, {"role_arn"}, kRole},
    Rule{Offer::keys, Place::either, {"web_identity_token_file"}, "boto3, AWS CLI, Java, PHP"},
    Rule{Offer::keys, Place::either, kSso, kSsoFirst},
    Rule{Offer::keys, Place::credentials, {"credential_process"}, "PHP"},

    Rule{Offer::process, Place::credentials, {"aws_access_key_id"}, kEvery},
    Rule{Offer::process, Place::config, {"aws_access_key_id"}, "Go, Java, JavaScript, Ruby"},
    Rule{Offer::process, Place::credentials, {"credential_process"}, kEvery},
    Rule{Offer::process, Place::either, {"role_arn"}, kRole},
    Rule{Offer::process,
         Place::either,
         {"web_identity_token_file"},
         "boto3, AWS CLI, Go, Java, JavaScript, PHP"},
    Rule{Offer::process, Place::either, kSso, "boto3, AWS CLI, Go, Java, JavaScript, PHP, Ruby"},
    Rule{Offer::process, Place::either, {"login_session"}, kLogin},
};

const ProfileKey* first_of(const ProfileTextSection& section, const Keys& names) {
  for (const std::string_view name : names) {
    if (name.empty()) continue;
    if (const ProfileKey* key = find_key(section, name)) return key;
  }
  return nullptr;
}

// The profile's section of a file, null where it has none.
const ProfileTextSection* section_of(const ProfileText& parts, std::string_view profile,
                                     ProfileFileKind kind) {
  for (const ProfileTextSection& section : parts.sections) {
    if (names_profile(section.name, profile, kind)) return &section;
  }
  return nullptr;
}

bool is_ours(const ProfileTextSection& section, std::string_view key) {
  return section.our_comment && (key == "aws_access_key_id" || key == "credential_process");
}

struct Looked {
  const std::string& path;
  const ProfileText& parts;
  ProfileFileKind kind;
};

void apply(const Rule& rule, const Looked& file, std::string_view profile,
           std::vector<Outranking>& found) {
  const bool credentials = file.kind == ProfileFileKind::credentials;
  if (rule.place == (credentials ? Place::config : Place::credentials)) return;
  const ProfileTextSection* section = section_of(file.parts, profile, file.kind);
  const ProfileKey* key = section == nullptr ? nullptr : first_of(*section, rule.keys);
  if (key == nullptr || is_ours(*section, key->name)) return;
  found.push_back({rule.offer, file.path, key->line, std::string(section->name),
                   std::string(key->name), std::string(rule.sdks)});
}

Error on_path(Error error, const std::string& path) {
  error.message = path + ": " + error.message;
  return error;
}

}  // namespace

Result<std::vector<Outranking>> outranking(const AwsFiles& files, std::string_view profile,
                                           Offer offer) {
  const auto credentials = read_profile_text(files.credentials);
  if (!credentials) return on_path(credentials.error(), files.credentials_path);
  const auto config = read_profile_text(files.config);
  if (!config) return on_path(config.error(), files.config_path);
  std::vector<Outranking> found;
  for (const Rule& rule : kRules) {
    if (rule.offer != offer) continue;
    apply(rule, {files.credentials_path, *credentials, ProfileFileKind::credentials}, profile,
          found);
    apply(rule, {files.config_path, *config, ProfileFileKind::config}, profile, found);
  }
  return found;
}

std::vector<std::string> metadata_borrowers(const AwsFiles& files) {
  std::vector<std::string> found;
  for (const auto& [path, text] : {std::pair(files.credentials_path, files.credentials),
                                   std::pair(files.config_path, files.config)}) {
    const auto parts = read_profile_text(text);
    if (!parts) continue;
    for (const ProfileTextSection& section : parts->sections) {
      const ProfileKey* key = find_key(section, "credential_source");
      if (key == nullptr || key->value != "Ec2InstanceMetadata") continue;
      found.push_back("credential_source in [" + std::string(section.name) + "] of " + path +
                      ", line " + std::to_string(key->line) +
                      ", assumes its role with this profile's credentials");
    }
  }
  return found;
}

std::string text_of(const Outranking& one) {
  const bool keys = one.key == "aws_access_key_id";
  const std::string place = " in [" + one.section + "] of " + one.path + ", line " +
                            std::to_string(one.line) +
                            (keys ? " (" + one.key + "), outrank" : ", outranks");
  const std::string offered = one.offer == Offer::endpoint ? " the endpoint"
                              : one.offer == Offer::keys   ? " the keys in the credentials file"
                                                           : " our credential_process";
  return (keys ? "static keys" : one.key) + place + offered + " (" + one.sdks + ")";
}

std::string cure_of(const Outranking& one) {
  if (one.offer == Offer::endpoint) {
    return "use mdh-credentials exec --isolate (or env --isolate), or rename that section";
  }
  return "give the project another profile name, or take that line out";
}

}  // namespace mdh
