#include "common/config/json_place.h"

#include <algorithm>

namespace mdh {
namespace {

using std::size_t;

constexpr std::string_view kBlanks = " \t\r\n";

size_t end_of_comment(std::string_view text, size_t at) {
  const bool line = text.substr(at, 2) == "//";
  const size_t end = text.find(line ? "\n" : "*/", at + 2);
  if (end == std::string_view::npos) return text.size();
  return line ? end : end + 2;
}

// The first byte from `at` on that is neither blank nor comment.
size_t next_token(std::string_view text, size_t at) {
  while (at < text.size()) {
    const size_t dark = std::min(text.find_first_not_of(kBlanks, at), text.size());
    const std::string_view two = text.substr(dark, 2);
    if (two != "//" && two != "/*") return dark;
    at = end_of_comment(text, dark);
  }
  return at;
}

size_t end_of_string(std::string_view text, size_t quote) {
  size_t at = quote + 1;
  while (at < text.size() && text[at] != '"') at += text[at] == '\\' ? 2 : 1;
  return std::min(at + 1, text.size());
}

// Behind the value that begins at `begin`; brackets in strings and comments are none.
size_t end_of_value(std::string_view text, size_t begin) {
  if (begin >= text.size()) return text.size();
  if (text[begin] == '"') return end_of_string(text, begin);
  if (text[begin] != '{' && text[begin] != '[') {
    return std::min(text.find_first_of(",]} \t\r\n/", begin), text.size());
  }
  int depth = 0;
  size_t at = begin;
  while (at < text.size()) {
    const char byte = text[at];
    if (byte == '{' || byte == '[') ++depth;
    if (byte == '}' || byte == ']') --depth;
    if (depth == 0) return at + 1;
    at = next_token(text, byte == '"' ? end_of_string(text, at) : at + 1);
  }
  return at;
}

JsonSpan value_at(std::string_view text, size_t at) {
  const size_t begin = next_token(text, at);
  return {begin, end_of_value(text, begin)};
}

// Behind the comma that follows a value, or nothing at the end of the object or array.
std::optional<size_t> after_comma(std::string_view text, size_t end) {
  const size_t comma = next_token(text, end);
  if (comma >= text.size() || text[comma] != ',') return std::nullopt;
  return comma + 1;
}

bool opens(std::string_view text, JsonSpan span, char bracket) {
  return span.begin < text.size() && text[span.begin] == bracket;
}

bool closes(std::string_view text, size_t at) {
  return at >= text.size() || text[at] == ']' || text[at] == '}';
}

std::string indent_of(std::string_view text, size_t at) {
  const size_t line = at == 0 ? 0 : text.rfind('\n', at - 1) + 1;  // npos + 1 is the text's begin
  const size_t dark = std::min(text.find_first_not_of(" \t", line), at);
  return std::string(text.substr(line, dark - line));
}

}  // namespace

std::optional<JsonSpan> whole_value(std::string_view text) {
  const JsonSpan value = value_at(text, 0);
  if (value.begin >= text.size()) return std::nullopt;
  return value;
}

std::optional<JsonSpan> member_value(std::string_view text, JsonSpan object,
                                     std::string_view name) {
  if (!opens(text, object, '{')) return std::nullopt;
  std::optional<size_t> at = next_token(text, object.begin + 1);
  while (at && !closes(text, next_token(text, *at))) {
    const JsonSpan key = value_at(text, *at);
    const JsonSpan value = value_at(text, next_token(text, key.end) + 1);
    if (text.substr(key.begin, key.end - key.begin) == "\"" + std::string(name) + "\"") {
      return value;
    }
    at = after_comma(text, value.end);
  }
  return std::nullopt;
}

std::optional<JsonSpan> item_value(std::string_view text, JsonSpan array, size_t index) {
  if (!opens(text, array, '[')) return std::nullopt;
  std::optional<size_t> at = array.begin + 1;
  for (size_t i = 0; at && !closes(text, next_token(text, *at)); ++i) {
    const JsonSpan item = value_at(text, *at);
    if (i == index) return item;
    at = after_comma(text, item.end);
  }
  return std::nullopt;
}

std::string with_item(std::string_view text, JsonSpan array, std::string_view item) {
  JsonSpan last = array;
  for (size_t i = 0; const auto found = item_value(text, array, i); ++i) last = *found;
  const size_t close = array.end - 1;
  const size_t dark = text.find_last_not_of(kBlanks, close - 1) + 1;
  std::string edited(text.substr(0, last.end));
  edited += ",";
  edited += text.substr(last.end, dark - last.end);
  edited += "\n" + indent_of(text, last.begin);
  edited += item;
  // Where the array closes on the last item's line a closing comment would swallow the bracket.
  if (text.substr(dark, close - dark).find('\n') == std::string_view::npos) {
    edited += "\n" + indent_of(text, array.begin);
    edited += text.substr(close);
  } else {
    edited += text.substr(dark);
  }
  return edited;
}

}  // namespace mdh
