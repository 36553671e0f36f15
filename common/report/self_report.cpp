#include "common/report/self_report.h"

#include <nlohmann/json.hpp>

namespace mdh {
namespace {

using Json = nlohmann::json;

Json described(const KeyFact& key) {
  Json object{{"account", key.account},
              {"origin", key.origin},
              {"bits", key.bits},
              {"fingerprint", key.fingerprint}};
  if (key.error) object["error"] = {{"message", key.error->message}, {"hint", key.error->hint}};
  return object;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

KeyFact read_key_fact(const Json& object) {
  KeyFact key;
  key.account = text_of(object, "account");
  key.origin = text_of(object, "origin");
  key.fingerprint = text_of(object, "fingerprint");
  const auto bits = object.find("bits");
  if (bits != object.end() && bits->is_number_integer()) key.bits = bits->get<int>();
  const auto error = object.find("error");
  if (error == object.end() || !error->is_object()) return key;
  key.error =
      Error{ErrorClass::config, Stage::key, text_of(*error, "message"), text_of(*error, "hint")};
  return key;
}

}  // namespace

std::string check_document(std::string status, const SelfReport& report) {
  Json keys = nullptr;
  if (report.keys) {
    keys = Json::array();
    for (const KeyFact& key : *report.keys) keys.push_back(described(key));
  }
  const Json object{{"keys", keys},
                    {"config_file", report.config_file},
                    {"env_file", report.env_file},
                    {"writes_file", report.writes_file},
                    {"process_form", report.process_form},
                    {"credentials_file", report.credentials_file},
                    {"aws_config_file", report.aws_config_file},
                    {"ca_file", report.ca_file}};
  status.back() = ',';
  return status + "\"check\":" + object.dump(-1, ' ', false, Json::error_handler_t::replace) + "}";
}

std::optional<SelfReport> read_self_report(std::string_view text) {
  const Json document = Json::parse(text, nullptr, false);
  if (!document.is_object()) return std::nullopt;
  const auto object = document.find("check");
  if (object == document.end() || !object->is_object()) return std::nullopt;
  SelfReport report;
  report.config_file = text_of(*object, "config_file");
  report.env_file = object->value("env_file", Json()) == true;
  report.writes_file = object->value("writes_file", Json()) == true;
  report.process_form = object->value("process_form", Json()) == true;
  report.credentials_file = text_of(*object, "credentials_file");
  report.aws_config_file = text_of(*object, "aws_config_file");
  report.ca_file = text_of(*object, "ca_file");
  const auto keys = object->find("keys");
  if (keys == object->end() || !keys->is_array()) return report;
  report.keys.emplace();
  for (const Json& one : *keys) {
    if (one.is_object()) report.keys->push_back(read_key_fact(one));
  }
  return report;
}

}  // namespace mdh
