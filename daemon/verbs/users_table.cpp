#include "daemon/verbs/users_table.h"

#include <nlohmann/json.hpp>

#include "common/exit_status.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

using Json = nlohmann::json;

std::string cell(const Json& row, const char* key) {
  const auto found = row.find(key);
  if (found == row.end() || found->is_null()) return "-";
  return printable(found->is_string() ? found->get<std::string>() : found->dump());
}

std::string users_table(const Json& document) {
  std::vector<std::vector<Cell>> rows{
      {{"USER"}, {"UID"}, {"PROFILE"}, {"FORM"}, {"COUNT"}, {"FIRST"}, {"LAST"}}};
  for (const Json& row : document.value("users", Json::array())) {
    if (!row.is_object()) continue;
    std::vector<Cell> cells;
    for (const char* key : {"user", "uid", "profile", "form", "count", "first", "last"})
      cells.push_back({cell(row, key)});
    rows.push_back(std::move(cells));
  }
  return table(rows, wants_colour(1));
}

}  // namespace

int print_users(const EndpointClient& client, bool json) {
  const Result<ClientReply> reply = client.get("/users");
  if (!reply || reply->status != 200) {
    print_error(reply ? Error{ErrorClass::refused, Stage::endpoint,
                              "the record is told to root and the daemon's own user alone, over "
                              "its socket",
                              "sudo mdh-credentials status --users"}
                      : reply.error());
    return reply ? kExitFailed : kExitNoDaemon;
  }
  const Json document = Json::parse(reply->body.reveal(), nullptr, false);
  const std::string text = json || !document.is_object() ? std::string(reply->body.reveal()) + "\n"
                                                         : users_table(document);
  return print(text) ? kExitGood : kExitFailed;
}

}  // namespace mdh
