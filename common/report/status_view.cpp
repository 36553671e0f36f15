#include "common/report/status_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/config/rules.h"

namespace mdh {
namespace {

using Json = nlohmann::json;

std::string text_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<seconds> seconds_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_integer()) return std::nullopt;
  return seconds(found->get<long>());
}

Json object_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_object() ? *found : Json::object();
}

AthenaConfig read_athena(const Json& object) {
  return {text_of(object, "database"), text_of(object, "workgroup"), text_of(object, "output"),
          object.value("derived", Json()) == true};
}

ProfileView read_profile(const Json& object) {
  ProfileView view;
  view.profile = text_of(object, "profile");
  view.account = text_of(object, "account");
  view.region = text_of(object, "region");
  view.athena = read_athena(object_of(object, "athena"));
  view.state = text_of(object, "state");
  view.expires_in = seconds_of(object, "expires_in_seconds");
  view.expiry_assumed = object.value("expiration_assumed", Json()) == true;
  view.refreshed_at = text_of(object, "refreshed_at");
  view.next_attempt_at = parse_rfc3339(text_of(object, "next_attempt_at"));
  view.warning = text_of(object, "warning");
  const Json error = object_of(object, "last_error");
  view.error_class = text_of(error, "class");
  view.error_message = text_of(error, "message");
  view.error_hint = text_of(error, "hint");
  view.error_at = text_of(error, "at");
  view.error_since = parse_rfc3339(text_of(error, "since"));
  const Json file = object_of(object, "file");
  view.file_path = text_of(file, "path");
  view.file_state = text_of(file, "state");
  view.file_message = text_of(file, "message");
  view.file_hint = text_of(file, "hint");
  view.file_since = parse_rfc3339(text_of(file, "since"));
  view.file_written_at = parse_rfc3339(text_of(file, "written_at"));
  return view;
}

// As the configuration takes them: these become lines of a shell, where they are quoted.
bool is_athena(const AthenaConfig& athena) {
  const auto is_text = [](const std::string& text) { return text.empty() || is_line(text); };
  return is_text(athena.database) && is_text(athena.workgroup) && is_text(athena.output);
}

// These become file names, URLs and lines of a shell.
bool is_name(const std::string& text) {
  return text.find_first_not_of(
             "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
             "._@-") == text.npos;
}

Error not_ours() {
  return Error{ErrorClass::malformed, Stage::endpoint,
               "what answers is not mdh-credentials: its /status is not the expected document",
               "see who listens there: ss -ltnp"};
}

std::vector<std::string> texts_of(const Json& document, const char* key) {
  std::vector<std::string> texts;
  const auto found = document.find(key);
  if (found == document.end() || !found->is_array()) return texts;
  for (const Json& one : *found) {
    if (one.is_string()) texts.push_back(one.get<std::string>());
  }
  return texts;
}

void read_daemon(const Json& document, StatusView& view) {
  view.urls = texts_of(document, "urls");
  const Json reload = object_of(document, "reload");
  if (reload.value("ok", Json()) == false)
    view.refused_reload = {text_of(reload, "message"), text_of(reload, "hint"),
                           parse_rfc3339(text_of(reload, "at"))};
  view.endpoint_faults = texts_of(document, "endpoint_faults");
  if (document.contains("default_profile")) {
    view.default_profile = text_of(document, "default_profile");
  }
  if (document.contains("imds_profile")) view.imds_profile = text_of(document, "imds_profile");
  const Json hidden = object_of(document, "hidden_profiles");
  view.hidden = static_cast<std::size_t>(seconds_of(hidden, "count").value_or(seconds(0)).count());
  view.token_file = text_of(document, "token_file");
  const auto pid = document.find("pid");
  if (pid != document.end() && pid->is_number_integer()) view.pid = pid->get<int>();
  view.config = text_of(document, "config");
}

std::vector<Json> objects_of(const Json& document, const char* key) {
  std::vector<Json> objects;
  const auto found = document.find(key);
  if (found == document.end() || !found->is_array()) return objects;
  std::copy_if(found->begin(), found->end(), std::back_inserter(objects),
               [](const Json& one) { return one.is_object(); });
  return objects;
}

}  // namespace

const ProfileView* StatusView::find(std::string_view profile) const {
  if (profile.empty() && !default_profile) return profiles.empty() ? nullptr : &profiles.front();
  const std::string_view wanted = profile.empty() ? std::string_view(*default_profile) : profile;
  const auto found = std::find_if(profiles.begin(), profiles.end(),
                                  [&](const ProfileView& one) { return one.profile == wanted; });
  return found == profiles.end() ? nullptr : &*found;
}

Result<StatusView> read_status(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (!document.is_object() || !document.contains("profiles")) return not_ours();
  StatusView view;
  for (const Json& one : objects_of(document, "profiles")) {
    view.profiles.push_back(read_profile(one));
    const ProfileView& read = view.profiles.back();
    if (!is_name(read.profile) || !is_name(read.region) || !is_athena(read.athena))
      return not_ours();
  }
  read_daemon(document, view);
  if (!is_name(view.imds_profile.value_or(""))) return not_ours();
  for (const Json& one : objects_of(document, "accounts")) {
    view.accounts.push_back({text_of(one, "name"), seconds_of(one, "skew_seconds")});
  }
  return view;
}

}  // namespace mdh
