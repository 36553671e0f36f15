#include "common/config/from_json.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

#include "common/config/json_members.h"
#include "common/config/project_json.h"

namespace mdh {
namespace {

// A key pasted into the configuration must not come back in a message.
Done read_private_key(const Place& at, AccountConfig& out) {
  const auto source = parse_key_source(at.node.text);
  if (source) {
    out.private_key = *source;
    return done();
  }
  if (at.node.text.starts_with("file:"))
    return must_be(at, "file: and " + std::string(kPath.words));
  return config_fault(at.file, at.path + " must be " + std::string(kKeySource),
                      "put the key into a file of its own, mode 0600, and name that file");
}

Done read_lifetime(const Place& at, AccountConfig& out) {
  int lifetime = 0;
  if (Done read = read_integer(at, 30, 3600, lifetime); !read) return read;
  out.assertion_lifetime = seconds(lifetime);
  return done();
}

Done read_form(const Place& at, ProfileFileConfig& out) {
  return read_choice(at, {"keys", "process"}, out.form);
}

Done read_on_stop(const Place& at, ProfileFileConfig& out) {
  return read_choice(at, {"keep", "remove"}, out.on_stop);
}

Done read_listen(const Place& at, EndpointConfig& out) {
  out.listen_configured = true;
  return read_texts(at, kListenAddress, out.listen);
}

Done read_allowed_users(const Place& at, EndpointConfig& out) {
  const bool any = at.node.items.size() == 1 && at.node.items.front().text == "any";
  if (!any) return read_users(at, out.allowed_users);
  out.allowed_users = {"any"};
  return done();
}

Done read_max_connections(const Place& at, EndpointConfig& out) {
  return read_integer(at, 1, 65535, out.max_connections);
}

Done read_log_level(const Place& at, Config& out) {
  const auto level = parse_log_level(at.node.text);
  if (!level) return must_be(at, kLogLevels);
  out.log_level = *level;
  return done();
}

Done read_schema(const Place& at, Config&) {
  std::string ignored;
  return read_text(at, kLine, ignored);
}

Done read_projects(const Place& at, AccountConfig& out);

constexpr Key<AccountConfig> kAccountKeys[] = {
    {"name", text<&AccountConfig::name, kLine>},
    {"service_account", text<&AccountConfig::service_account, kLine>, kRequired},
    {"private_key", read_private_key, kRequired},
    {"agent_socket", text_or_empty<&AccountConfig::agent_socket, kPath>},
    {"token_url", text<&AccountConfig::token_url, kUpstreamUrl>},
    {"audience", text_or_empty<&AccountConfig::audience, kLine>},
    {"assertion_lifetime_seconds", read_lifetime},
    {"assertion_type", text<&AccountConfig::assertion_type, kLine>},
    {"projects", read_projects, kRequired},
};

constexpr Key<ProfileFileConfig> kProfileFileKeys[] = {
    {"enabled", flag<&ProfileFileConfig::enabled>},
    {"form", read_form},
    {"path", text_or_empty<&ProfileFileConfig::path, kPath>},
    {"write_region", flag<&ProfileFileConfig::write_region>},
    {"on_stop", read_on_stop},
};

constexpr Key<EndpointConfig> kEndpointKeys[] = {
    {"listen", read_listen},
    {"token_file", text_or_empty<&EndpointConfig::token_file, kPath>},
    {"token_group", text_or_empty<&EndpointConfig::token_group, kGroup>},
    {"allowed_users", read_allowed_users},
    {"watchers", users<&EndpointConfig::watchers>},
    {"imds", flag<&EndpointConfig::imds>},
    {"imds_v1", flag<&EndpointConfig::imds_v1>},
    {"imds_profile", text_or_empty<&EndpointConfig::imds_profile, kProfile>},
    {"max_connections", read_max_connections},
};

Done read_accounts(const Place& at, Config& out);
Done read_profile_file(const Place& at, Config& out) {
  return read_object(at, kProfileFileKeys, out.profile_file);
}
Done read_endpoint(const Place& at, Config& out) {
  return read_object(at, kEndpointKeys, out.endpoint);
}

constexpr Key<Config> kTopKeys[] = {
    {"$schema", read_schema},
    {"accounts", read_accounts, kRequired},
    {"profile_file", read_profile_file},
    {"endpoint", read_endpoint},
    {"log_level", read_log_level},
    {"ca_file", text_or_empty<&Config::ca_file, kPath>},
};

Done read_projects(const Place& at, AccountConfig& out) {
  return read_array(
      at, [&](const Place& item) { return read_project(item, out.projects.emplace_back()); });
}

Done read_accounts(const Place& at, Config& out) {
  return read_array(at, [&](const Place& item) -> Done {
    AccountConfig& account = out.accounts.emplace_back();
    if (Done read = read_object(item, kAccountKeys, account); !read) return read;
    if (account.audience.empty()) account.audience = account.token_url;
    return done();
  });
}

// Names are the users' handles on accounts and profiles: each must mean one.
Done check_names(const Config& config) {
  std::set<std::string_view> profiles;
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < config.accounts.size(); ++i) {
    const AccountConfig& account = config.accounts[i];
    const std::string path = child_path("accounts", i);
    if (!names.insert(account.name).second) {
      return config_fault(config.origin, path + ".name is another account's too: " + account.name,
                          "give each account a name of its own");
    }
    for (std::size_t j = 0; j < account.projects.size(); ++j) {
      const std::string& profile = account.projects[j].profile;
      if (profiles.insert(profile).second) continue;
      std::string fault = child_path(child_path(path, "projects"), j);
      fault += ".profile is another project's too: " + profile;
      return config_fault(config.origin, fault, "each project needs a profile of its own");
    }
  }
  const std::string& imds = config.endpoint.imds_profile;
  if (imds.empty() || profiles.contains(imds)) return done();
  return config_fault(config.origin, "endpoint.imds_profile is not a project's profile: " + imds);
}

}  // namespace

Result<Config> parse_config(std::string_view text, const std::string& file) {
  const auto tree = parse_json(text, file);
  if (!tree) return tree.error();
  Config config;
  config.origin = file;
  if (Done read = read_object({*tree, "", file}, kTopKeys, config); !read) return read.error();
  if (Done checked = check_names(config); !checked) return checked.error();
  // Nothing would be left to guard what knows no token.
  if (config.endpoint.allowed_users.front() == "any") config.endpoint.imds = false;
  if (config.endpoint.imds_profile.empty()) {
    config.endpoint.imds_profile = config.accounts.front().projects.front().profile;
  }
  return config;
}

std::vector<std::string> config_keys() {
  std::vector<std::string> all;
  append_keys(all, "", kTopKeys);
  append_keys(all, "accounts[].", kAccountKeys);
  append_project_keys(all, "accounts[].projects[].");
  append_keys(all, "profile_file.", kProfileFileKeys);
  append_keys(all, "endpoint.", kEndpointKeys);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace mdh
