#include "common/config/dotenv.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "common/config/dotenv_value.h"
#include "common/white_space.h"

namespace mdh {
namespace {

constexpr std::string_view kLineEnds = "\r\n";

std::size_t line_end(std::string_view text, std::size_t from) {
  return std::min(text.find_first_of(kLineEnds, from), text.size());
}

// The next line of a key's text that lost its quotes.
bool goes_on_with_a_key(std::string_view text, std::size_t end_of_line) {
  constexpr std::size_t kShortest = 16;
  constexpr std::string_view kBase64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (end_of_line == text.size()) return false;
  const std::size_t next = end_of_line + (text.substr(end_of_line, 2) == "\r\n" ? 2 : 1);
  if (next >= text.size()) return false;
  const std::string_view line = stripped(text.substr(next, line_end(text, next) - next));
  const std::string_view bare = line.substr(0, line.find_last_not_of('=') + 1);
  return line.starts_with("-----END") ||
         (bare.size() >= kShortest && bare.find_first_not_of(kBase64) == bare.npos);
}

// Reads what python-dotenv calls bindings, by its own steps: where one of these does not fit, the
// rest of that line is skipped.
class DotenvParser {
 public:
  DotenvParser(std::string_view text, const Variables& environment)
      : text_(text), environment_(environment) {}

  Dotenv parse() {
    for (;;) {
      skip_white_space();
      if (at_ == text_.size()) break;
      line_start_ = at_;
      if (const char* why = binding()) {
        out_.skipped.push_back({line_of(line_start_), why});
        at_ = line_end(text_, at_);
      }
    }
    return std::move(out_);
  }

 private:
  struct Value {
    Secret text;
    bool quoted = false;
  };

  char peek() const { return at_ < text_.size() ? text_[at_] : '\n'; }
  bool at_line_end() const { return kLineEnds.find(peek()) != std::string_view::npos; }
  void skip_white_space() { at_ += indentation(text_.substr(at_)).size(); }
  void skip_blanks() {
    while (!at_line_end()) {
      const std::size_t blank = blank_at(text_, at_);
      if (blank == 0) break;
      at_ += blank;
    }
  }

  // Nothing, or why the line is no binding.
  const char* binding() {
    skip_export();
    std::string name;
    if (peek() != '#') {
      if (const char* why = key(name)) return why;
    }
    skip_blanks();
    std::optional<Value> assigned;
    if (peek() == '=') {
      ++at_;
      skip_blanks();
      assigned = value();
      if (!assigned) return "opens a quoted value that does not end";
    }
    const std::size_t value_end = at_;
    if (const char* why = end_of_binding(assigned.has_value())) return why;
    if (!name.empty()) take(name, assigned, value_end);
    return nullptr;
  }

  void skip_export() {
    constexpr std::string_view kExport = "export";
    if (!text_.substr(at_).starts_with(kExport)) return;
    const std::size_t start = std::exchange(at_, at_ + kExport.size());
    const std::size_t after = at_;
    skip_blanks();
    if (at_ == after) at_ = start;
  }

  const char* key(std::string& name) {
    if (peek() == '\'') return quoted_key(name);
    const std::size_t start = at_;
    while (at_ < text_.size() && peek() != '=' && peek() != '#' && blank_at(text_, at_) == 0) ++at_;
    name = text_.substr(start, at_ - start);
    return name.empty() ? "has no name before the =" : nullptr;
  }

  const char* quoted_key(std::string& name) {
    const std::size_t end = text_.find('\'', at_ + 1);
    if (end == std::string_view::npos || end == at_ + 1) {
      return "opens a quoted name that does not end";
    }
    name = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return nullptr;
  }

  std::optional<Value> value() {
    if (peek() == '\'' || peek() == '"') return quoted_value(peek());
    const std::size_t start = std::exchange(at_, line_end(text_, at_));
    return Value{Secret(without_comment(text_.substr(start, at_ - start)))};
  }

  std::optional<Value> quoted_value(char quote) {
    const std::size_t end = closing_quote(quote);
    if (end == std::string_view::npos) return std::nullopt;
    Secret text = unescaped(text_.substr(at_ + 1, end - at_ - 1), quote);
    at_ = end + 1;
    return Value{std::move(text), true};
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

  const char* end_of_binding(bool assigned) {
    skip_blanks();
    if (peek() == '#') at_ = line_end(text_, at_);
    if (at_line_end()) return nullptr;
    return assigned ? "goes on after the value's closing quote" : "is no assignment";
  }

  // A reference to the name itself means its value so far.
  void take(const std::string& name, std::optional<Value>& assigned, std::size_t value_end) {
    std::optional<Secret> whole;
    if (assigned) {
      whole = interpolated(assigned->text.reveal(),
                           [&](std::string_view asked) { return looked_up(asked); });
    }
    out_.values.erase(name);
    out_.cut_off.erase(name);
    emptied_.erase(name);
    if (!whole) {
      emptied_.insert(name);
      return;
    }
    out_.values.emplace(name, std::move(*whole));
    out_.lines[name] = line_of(line_start_);
    if (!assigned->quoted && goes_on_with_a_key(text_, value_end)) out_.cut_off.insert(name);
  }

  std::optional<std::string_view> looked_up(std::string_view name) const {
    if (emptied_.contains(name)) return std::string_view();
    for (const Variables* place : {&out_.values, &environment_}) {
      const auto found = place->find(name);
      if (found != place->end()) return found->second.reveal();
    }
    return std::nullopt;
  }

  // \n, \r\n and a lone \r each end one line.
  std::size_t line_of(std::size_t at) {
    for (; counted_ < at; ++counted_) {
      const bool pair = text_.substr(counted_, 2) == "\r\n";
      if (text_[counted_] == '\n' || (text_[counted_] == '\r' && !pair)) ++line_;
    }
    return line_;
  }

  std::string_view text_;
  const Variables& environment_;
  Dotenv out_;
  std::set<std::string, std::less<>> emptied_;
  std::size_t at_ = 0;
  std::size_t line_start_ = 0;
  std::size_t counted_ = 0;
  std::size_t line_ = 1;
};

// With or without its mark: every second byte of such a text's beginning is NUL.
bool is_utf16(std::string_view text) {
  if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff")) return true;
  return text.size() >= 4 && ((text[0] == '\0') != (text[1] == '\0')) &&
         (text[0] == '\0') == (text[2] == '\0') && (text[1] == '\0') == (text[3] == '\0');
}

}  // namespace

Result<Dotenv> parse_dotenv(std::string_view text, std::string_view file,
                            const Variables& environment) {
  if (is_utf16(text)) {
    Error error;
    error.message = std::string(file) + ": is UTF-16 text, which python-dotenv cannot read either";
    error.hint = "save it as UTF-8; here: iconv -f UTF-16 -t UTF-8 FILE > NEWFILE";
    return error;
  }
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return DotenvParser(text, environment).parse();
}

}  // namespace mdh
