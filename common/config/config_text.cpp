#include "common/config/config_text.h"

#include <algorithm>

#include "common/config/from_json.h"
#include "common/config/json_place.h"
#include "common/config/rules.h"

namespace mdh {
namespace {

std::string quoted(std::string_view text) {
  std::string json = "\"";
  for (const char byte : text) {
    if (byte == '"' || byte == '\\') json += '\\';
    json += byte;
  }
  return json + "\"";
}

// An object's members, one after another; empty values are left out.
class Members {
 public:
  void add(std::string_view name, std::string_view value) {
    if (!value.empty()) add_raw(name, quoted(value));
  }
  void add_raw(std::string_view name, const std::string& value) {
    text_ += (text_.empty() ? "" : ", ") + quoted(name) + ": " + value;
  }
  std::string object() const { return "{ " + text_ + " }"; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

std::string list_of(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + quoted(name);
  return "[" + list + "]";
}

std::string athena_value(const AthenaConfig& athena) {
  if (athena.derived) return quoted("derived");
  Members members;
  members.add("database", athena.database);
  members.add("workgroup", athena.workgroup);
  members.add("output", athena.output);
  return members.object();
}

std::string project_object(const ProjectConfig& project) {
  Members members;
  members.add("profile", project.profile);
  members.add("project_code", project.project_code);
  members.add("project_id", project.project_id);
  members.add("exchange_url", project.exchange_url);
  members.add("authorization_scheme", project.authorization_scheme);
  if (project.region != ProjectConfig{}.region) members.add("region", project.region);
  if (!project.allowed_users.empty()) {
    members.add_raw("allowed_users", list_of(project.allowed_users));
  }
  if (!project.athena.empty()) members.add_raw("athena", athena_value(project.athena));
  return members.object();
}

Members account_members(const AccountConfig& account) {
  Members members;
  members.add("name", account.name);
  members.add("service_account", account.service_account);
  members.add("private_key", key_source(account.private_key));
  members.add("agent_socket", account.agent_socket);
  if (account.token_url != AccountConfig{}.token_url) members.add("token_url", account.token_url);
  if (account.audience != account.token_url) members.add("audience", account.audience);
  return members;
}

// One line for an account that is added; its projects are short.
std::string account_object(const AccountConfig& account) {
  Members members = account_members(account);
  members.add_raw("projects", "[" + project_object(account.projects.front()) + "]");
  return members.object();
}

std::string profile_file_object(const ProfileFileConfig& file) {
  if (!file.enabled) return R"({ "enabled": false })";
  return file.form == ProfileFileConfig::Form::process ? R"({ "form": "process" })"
                                                       : R"({ "form": "keys" })";
}

Error config_error(std::string message, std::string hint) {
  return {.message = std::move(message), .hint = std::move(hint)};
}

// The project of that profile among all accounts, and its account.
struct Found {
  const AccountConfig* account = nullptr;
  const ProjectConfig* project = nullptr;
};

Found find_profile(const Config& config, const std::string& profile) {
  for (const AccountConfig& account : config.accounts) {
    for (const ProjectConfig& project : account.projects) {
      if (project.profile == profile) return {&account, &project};
    }
  }
  return {};
}

bool same_project(const ProjectConfig& left, const ProjectConfig& right) {
  return left.project_code == right.project_code && left.project_id == right.project_id &&
         left.exchange_url == right.exchange_url;
}

std::string free_name(const Config& config, const std::string& name) {
  const auto taken = [&](const std::string& tried) {
    return std::any_of(config.accounts.begin(), config.accounts.end(),
                       [&](const AccountConfig& one) { return one.name == tried; });
  };
  std::string tried = name;
  for (int i = 2; taken(tried); ++i) tried = name + "-" + std::to_string(i);
  return tried;
}

// Where the new item belongs: the account's projects, or the accounts.
std::optional<JsonSpan> place_for(std::string_view text, const Config& config,
                                  const AccountConfig* account) {
  const auto top = whole_value(text);
  const auto accounts = top ? member_value(text, *top, "accounts") : std::nullopt;
  if (!accounts || account == nullptr) return accounts;
  const auto index = static_cast<std::size_t>(account - config.accounts.data());
  const auto object = item_value(text, *accounts, index);
  return object ? member_value(text, *object, "projects") : std::nullopt;
}

}  // namespace

std::string key_source(const KeyReference& key) {
  switch (key.kind) {
    case KeyReference::Kind::file:
      return "file:" + key.name;
    case KeyReference::Kind::text:
      return {};
    default:
      return described(key);
  }
}

std::string account_name(std::string_view service_account) {
  const std::string_view last = service_account.substr(service_account.rfind('.') + 1);
  return is_profile(last) && last.front() != '-' ? std::string(last) : "default";
}

const AccountConfig* account_in(const Config& config, const AccountConfig& wanted) {
  for (const AccountConfig& account : config.accounts) {
    const bool same =
        account.service_account == wanted.service_account && account.token_url == wanted.token_url;
    if (same) return &account;
  }
  return nullptr;
}

std::string config_text(const Config& config) {
  std::string text =
      "// Written by mdh-credentials setup. mdh-credentials.json(5) explains every key.\n{\n"
      "  \"accounts\": [\n";
  for (const AccountConfig& account : config.accounts) {
    text += "    { " + account_members(account).text() + ",\n      \"projects\": [\n";
    for (const ProjectConfig& project : account.projects) {
      const bool last = &project == &account.projects.back();
      text += "        " + project_object(project) + (last ? "\n" : ",\n");
    }
    text += &account == &config.accounts.back() ? "      ] }\n" : "      ] },\n";
  }
  return text + "  ],\n  \"profile_file\": " + profile_file_object(config.profile_file) + "\n}\n";
}

Result<std::string> with_project(std::string_view text, const Config& wanted) {
  const Result<Config> there = parse_config(text, wanted.origin);
  if (!there) return there.error();
  AccountConfig account = wanted.accounts.front();
  const ProjectConfig& project = account.projects.front();
  const AccountConfig* home = account_in(*there, account);
  if (const Found found = find_profile(*there, project.profile); found.project != nullptr) {
    const bool same = found.account == home && same_project(*found.project, project);
    if (same) return std::string(text);
    return config_error(
        wanted.origin + ": the profile " + project.profile + " is another project's there",
        "give this one a name of its own: --profile NAME");
  }
  account.name = free_name(*there, account.name);
  const auto place = place_for(text, *there, home);
  if (!place) return config_error(wanted.origin + ": no place for another project", "");
  std::string edited =
      with_item(text, *place, home == nullptr ? account_object(account) : project_object(project));
  if (const auto read = parse_config(edited, wanted.origin); !read) return read.error();
  return edited;
}

}  // namespace mdh
