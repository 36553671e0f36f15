#include "common/report/page_words.h"
#include "common/state/condition.h"

#include <algorithm>

namespace mdh {
namespace {

bool lower(char c) {
  return c >= 'a' && c <= 'z';
}

// Errors begin without a capital; a first word that is a plain one gets it here, a name does not.
std::string as_sentence(std::string text) {
  const auto end = std::find(text.begin(), text.end(), ' ');
  if (end != text.begin() && end != text.end() && std::all_of(text.begin(), end, lower)) {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

std::string clock_time(WallTime time, WallTime now) {
  const std::string exact = format_rfc3339(time);
  const std::string short_time = exact.substr(11, 5) + " UTC";
  const bool today = exact.substr(0, 10) == format_rfc3339(now).substr(0, 10);
  return today ? short_time : exact.substr(0, 10) + " " + short_time;
}

std::string time_element(WallTime time, WallTime now) {
  return "<time datetime=\"" + format_rfc3339(time) + "\">" + clock_time(time, now) + "</time>";
}

std::string advice(const Error& error) {
  if (!error.hint.empty()) return error.hint;
  switch (error.error_class) {
    case ErrorClass::config:
      return "correct it, then reload the daemon (systemctl --user reload mdh-credentials)";
    case ErrorClass::refused:
      return "run mdh-credentials check --online; it tells key, account, clock and project apart";
    case ErrorClass::throttled:
      return "nothing: the daemon waits as long as the server asked, then tries again";
    case ErrorClass::unreachable:
      return "check the network and any proxy; the daemon goes on trying by itself";
    case ErrorClass::malformed:
      return "something between here and MyDataHelps may be answering in its place: check proxy "
             "and URL";
    case ErrorClass::storage:
      return "free the disk or correct the permissions; the daemon goes on trying by itself";
  }
  return "run mdh-credentials check --online";
}

std::string note(const std::string& kind, const std::string& what, const std::string& todo,
                 const std::string& when) {
  std::string text =
      "<div class=\"note " + kind + "\"><p class=\"what\">" + escaped(as_sentence(what)) + "</p>";
  if (!todo.empty()) text += "<p>What to do: " + escaped(todo) + "</p>";
  if (!when.empty()) text += "<p class=\"when\">" + when + "</p>";
  return text + "</div>\n";
}

std::string_view title(Condition condition) {
  switch (condition) {
    case Condition::starting:
      return "Starting";
    case Condition::valid:
      return "Valid";
    case Condition::failing:
      return "Failing";
    case Condition::expired:
      return "No credentials";
  }
  return "Unknown";
}

std::string_view meaning(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::config:
      return "configuration or key";
    case ErrorClass::refused:
      return "refused by upstream";
    case ErrorClass::throttled:
      return "throttled by upstream";
    case ErrorClass::unreachable:
      return "upstream unreachable";
    case ErrorClass::malformed:
      return "answer not understood";
    case ErrorClass::storage:
      return "local disk";
  }
  return "unknown";
}

}  // namespace mdh
