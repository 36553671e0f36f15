#include "common/report/page_words.h"

#include <algorithm>

#include "common/report/status.h"

namespace mdh {
namespace {

bool small_letter(char c) {
  return c >= 'a' && c <= 'z';
}

// Errors begin without a capital; a first word that is a plain one gets it here, a name does not.
std::string as_sentence(std::string text) {
  const auto end = std::find(text.begin(), text.end(), ' ');
  if (end != text.begin() && end != text.end() && std::all_of(text.begin(), end, small_letter)) {
    text[0] = static_cast<char>(text[0] - 'a' + 'A');
  }
  return text;
}

Markup shape(Condition condition) {
  switch (condition) {
    case Condition::valid:
      return "<circle cx=\"6\" cy=\"6\" r=\"5\"/>";
    case Condition::failing:
      return "<path d=\"M6 .8 11.6 11H.4z\"/>";
    case Condition::expired:
      return "<path d=\"M1 1h10v10H1z\"/>";
    case Condition::starting:
      return "<path d=\"M6 1a5 5 0 1 0 5 5H9a3 3 0 1 1-3-3z\"/>";
  }
  return "";
}

}  // namespace

Html time_element(WallTime time, WallTime now) {
  return "<time datetime=\"" + Html::text(format_rfc3339(time)) + "\">" +
         Html::text(clock_time(time, now)) + "</time>";
}

std::string advice(const Error& error) {
  if (!error.hint.empty()) return error.hint;
  switch (error.error_class) {
    case ErrorClass::config:
      return "correct it; the daemon notices by itself, or reload it";
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

std::string file_advice(const FileStatus& file) {
  return (file.hint.empty() ? "make it writable again" : file.hint) +
         "; until then use the endpoint, which works";
}

Html note(const Note& note) {
  Html box = "<div class=\"note " + Html(note.kind) + "\"><p class=\"what\">" +
             Html::text(as_sentence(note.what)) + "</p>";
  if (!note.todo.empty()) box += "<p>What to do: " + Html::text(note.todo) + "</p>";
  if (!note.when.empty()) box += "<p class=\"when\">" + note.when + "</p>";
  return box + "</div>\n";
}

Markup title(Condition condition) {
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

Markup class_of(Condition condition) {
  switch (condition) {
    case Condition::starting:
      return "starting";
    case Condition::valid:
      return "valid";
    case Condition::failing:
      return "failing";
    case Condition::expired:
      return "expired";
  }
  return "";
}

Html sign(Condition condition) {
  return "<svg class=\"sign\" viewBox=\"0 0 12 12\" aria-hidden=\"true\">" +
         Html(shape(condition)) + "</svg>";
}

Markup meaning(ErrorClass error_class) {
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

std::string counted(std::size_t count, const std::string& what) {
  return std::to_string(count) + " " + what + (count == 1 ? "" : "s");
}

}  // namespace mdh
