#include "common/config/dotenv.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace mdh {
namespace {

constexpr std::string_view kLineEnds = "\r\n";
constexpr std::string_view kBlanks = " \t\v\f";
constexpr std::string_view kSpace = " \t\v\f\r\n";

// What a line broke, or where it left off.
struct Flaw {
  std::size_t at;
  const char* why;
};

std::size_t find_or_end(std::string_view text, std::string_view set, std::size_t from) {
  return std::min(text.find_first_of(set, from), text.size());
}

// The escapes python-dotenv decodes; any other backslash stays.
std::optional<char> escaped(char after_backslash, char quote) {
  if (after_backslash == '\\' || after_backslash == '\'') return after_backslash;
  if (quote == '\'') return std::nullopt;
  constexpr std::string_view kNames = "\"abfnrtv";
  constexpr std::string_view kMeanings = "\"\a\b\f\n\r\t\v";
  const std::size_t which = kNames.find(after_backslash);
  if (which == std::string_view::npos) return std::nullopt;
  return kMeanings[which];
}

void append_unescaped(Secret& out, std::string_view raw, char quote) {
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char byte = raw[i];
    if (byte == '\\' && i + 1 < raw.size()) {
      if (const auto meaning = escaped(raw[i + 1], quote)) {
        byte = *meaning;
        ++i;
      }
    }
    out.append({&byte, 1});
  }
}

// One ${NAME} or ${NAME:-default} at the front of `text`; `length` is 0 when there is none.
struct Reference {
  std::string_view name;
  std::string_view otherwise{};
  std::size_t length = 0;
};

Reference reference_at(std::string_view text) {
  if (text.substr(0, 2) != "${") return {};
  const std::size_t end = text.find('}');
  if (end == std::string_view::npos) return {};
  const std::string_view inside = text.substr(2, end - 2);
  const std::size_t colon = inside.find(':');
  if (colon == std::string_view::npos) return {inside, {}, end + 1};
  if (inside.substr(colon, 2) != ":-") return {};
  return {inside.substr(0, colon), inside.substr(colon + 2), end + 1};
}

class DotenvParser {
 public:
  DotenvParser(std::string_view text, const Variables& environment)
      : text_(text), environment_(environment) {}

  std::optional<Flaw> parse() {
    while (!flaw_) {
      at_ = text_.find_first_not_of(kSpace, at_);
      if (at_ == std::string_view::npos) break;
      binding();
    }
    return flaw_;
  }
  Variables take() { return std::move(variables_); }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(kBlanks, at_), text_.size()); }
  void skip_to_line_end() { at_ = find_or_end(text_, kLineEnds, at_); }
  void fail(const char* why) {
    if (!flaw_) flaw_ = Flaw{line_start_, why};
  }

  void binding() {
    line_start_ = at_;
    if (peek() == '#') return skip_to_line_end();
    skip_export();
    const std::string name = key();
    if (flaw_) return;
    skip_blanks();
    if (peek() == '=') {
      ++at_;
      skip_blanks();
      Secret value = interpolated(raw_value().reveal());
      variables_.insert_or_assign(name, std::move(value));
    }
    end_of_binding();
  }

  void skip_export() {
    constexpr std::string_view kExport = "export";
    const std::string_view rest = text_.substr(at_);
    if (rest.substr(0, kExport.size()) != kExport || rest.size() == kExport.size()) return;
    if (kBlanks.find(rest[kExport.size()]) == std::string_view::npos) return;
    at_ += kExport.size();
    skip_blanks();
  }

  std::string key() {
    if (peek() == '\'') return quoted_key();
    const std::size_t end = find_or_end(text_, "=# \t\v\f\r\n", at_);
    if (end == at_) fail("has no name before the =");
    const std::string_view name = text_.substr(at_, end - at_);
    at_ = end;
    return std::string(name);
  }

  std::string quoted_key() {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos || end == at_ + 1) {
      fail("opens a quoted name that does not end");
      return {};
    }
    std::string name(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return name;
  }

  Secret raw_value() {
    if (peek() == '\'' || peek() == '"') return quoted_value(peek());
    const std::size_t end = find_or_end(text_, kLineEnds, at_);
    std::string_view value = text_.substr(at_, end - at_);
    at_ = end;
    for (std::size_t hash = value.find('#'); hash != std::string_view::npos;
         hash = value.find('#', hash + 1)) {
      if (hash == 0 || kBlanks.find(value[hash - 1]) == std::string_view::npos) continue;
      value = value.substr(0, hash);
      break;
    }
    return Secret(value.substr(0, value.find_last_not_of(kBlanks) + 1));
  }

  Secret quoted_value(char quote) {
    Secret value;
    const std::size_t end = closing_quote(quote);
    if (end == std::string_view::npos) {
      fail("opens a quoted value that does not end");
      return value;
    }
    append_unescaped(value, text_.substr(at_ + 1, end - at_ - 1), quote);
    at_ = end + 1;
    return value;
  }

  // An escaped quote closes the value after all when no other one does, as in 'C:\keys\'.
  std::size_t closing_quote(char quote) const {
    std::size_t last_escaped = std::string_view::npos;
    for (std::size_t i = at_ + 1; i < text_.size(); ++i) {
      if (text_[i] == '\\' && i + 1 < text_.size() && text_[i + 1] == quote) {
        last_escaped = ++i;
      } else if (text_[i] == quote) {
        return i;
      }
    }
    return last_escaped;
  }

  Secret interpolated(std::string_view raw) const {
    Secret value;
    while (!raw.empty()) {
      const std::size_t dollar = std::min(raw.find('$'), raw.size());
      value.append(raw.substr(0, dollar));
      raw.remove_prefix(dollar);
      if (raw.empty()) break;
      const Reference reference = reference_at(raw);
      if (reference.length == 0) {
        value.append(raw.substr(0, 1));
      } else {
        value.append(looked_up(reference));
      }
      raw.remove_prefix(std::max<std::size_t>(reference.length, 1));
    }
    return value;
  }

  std::string_view looked_up(const Reference& reference) const {
    for (const Variables* place : {&variables_, &environment_}) {
      const auto found = place->find(reference.name);
      if (found != place->end()) return found->second.reveal();
    }
    return reference.otherwise;
  }

  void end_of_binding() {
    skip_blanks();
    if (peek() == '#') skip_to_line_end();
    if (peek() != '\n' && peek() != '\r') fail("goes on after the value's closing quote");
  }

  std::string_view text_;
  const Variables& environment_;
  Variables variables_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::optional<Flaw> flaw_;
};

// \n, \r\n and a lone \r each end one line.
std::size_t line_of(std::string_view text, std::size_t at) {
  std::size_t line = 1;
  for (std::size_t i = 0; i < at; ++i) {
    if (text[i] == '\n' || (text[i] == '\r' && text.substr(i + 1, 1) != "\n")) ++line;
  }
  return line;
}

}  // namespace

Result<Variables> parse_dotenv(std::string_view text, std::string_view file,
                               const Variables& environment) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text.remove_prefix(kByteOrderMark.size());
  }
  DotenvParser parser(text, environment);
  const auto flaw = parser.parse();
  if (!flaw) return parser.take();
  Error error;
  error.message =
      std::string(file) + ": line " + std::to_string(line_of(text, flaw->at)) + " " + flaw->why;
  error.hint = "a line is NAME=value, NAME='value' or NAME=\"value\", or a comment after #";
  return error;
}

std::vector<std::string> dotenv_references(std::string_view text) {
  std::vector<std::string> names;
  for (std::size_t at = text.find("${"); at != std::string_view::npos;
       at = text.find("${", at + 2)) {
    const Reference reference = reference_at(text.substr(at));
    if (reference.length != 0) names.emplace_back(reference.name);
  }
  return names;
}

}  // namespace mdh
