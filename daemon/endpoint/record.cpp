#include "daemon/endpoint/record.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/endpoint/session_token.h"
#include "daemon/system/log.h"

namespace mdh {
namespace {

// A name service that never answers must not make the lines pile up.
constexpr std::size_t kMostWaiting = 256;

std::string who(std::uint32_t user, const std::string& name) {
  if (user == kNobodyKnown) return "a user whom the kernel does not name";
  const std::string uid = "uid " + std::to_string(user);
  return name.empty() ? uid : name + " (" + uid + ")";
}

}  // namespace

bool Record::gave(const HandOut& given, Route route) {
  if (!table_.note(given)) return false;
  waiting_.push_back({given.user, given.profile, route});
  tell(waiting_.size() > kMostWaiting);
  return !waiting_.empty();
}

void Record::tell(bool all) {
  const auto told = [&](const Line& line) {
    const std::string name = line.user == kNobodyKnown ? "" : name_of_(line.user);
    if (name.empty() && !all && line.user != kNobodyKnown) return false;
    LogFields fields{{"MDH_PROFILE", line.profile},
                     {"MDH_ROUTE", std::string(mdh::name(line.route))},
                     {"MDH_STAGE", "endpoint"}};
    if (line.user != kNobodyKnown) fields.push_back({"MDH_UID", std::to_string(line.user)});
    if (!name.empty()) fields.push_back({"MDH_USER", name});
    log_line(LogLevel::info,
             "profile " + line.profile + ": given to " + who(line.user, name) +
                 " for the first time today, by " + std::string(mdh::name(line.route)),
             fields);
    return true;
  };
  waiting_.erase(std::remove_if(waiting_.begin(), waiting_.end(), told), waiting_.end());
}

std::string Record::users_json() const {
  using Json = nlohmann::ordered_json;
  Json users = Json::array();
  for (const HandOut& row : table_.rows()) {
    const bool known = row.user != kNobodyKnown;
    const std::string name = known ? name_of_(row.user) : "";
    users.push_back({{"uid", known ? Json(row.user) : Json()},
                     {"user", name.empty() ? Json() : Json(name)},
                     {"profile", row.profile},
                     {"form", row.form},
                     {"count", row.count},
                     {"first", format_rfc3339(row.first)},
                     {"last", format_rfc3339(row.last)}});
  }
  return Json{{"users", users}}.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace mdh
