#include "common/profile_file/parse.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "common/profile_file/python_text.h"

namespace mdh {
namespace {

Error refusal(std::size_t line, const std::string& what) {
  return {.error_class = ErrorClass::storage,
          .stage = Stage::file,
          .message = "line " + std::to_string(line) + " " + what,
          .hint = "correct that line by hand; boto3 and the AWS CLI cannot read the file either"};
}

// How many of each line end the text has; the more frequent is the file's own.
struct LineEndCount {
  std::size_t feeds = 0, pairs = 0, carriages = 0;

  void add(std::string_view end) {
    if (end == "\n") ++feeds;
    if (end == "\r\n") ++pairs;
    if (end == "\r") ++carriages;
  }
  std::string_view majority() const {
    if (pairs > feeds && pairs >= carriages) return "\r\n";
    return carriages > feeds ? "\r" : "\n";
  }
};

// One pass over the lines, with RawConfigParser._read()'s state: the section and key that a wrapped
// line would belong to, and the indentation that it would have to exceed.
class Reading {
 public:
  explicit Reading(std::string_view text) { out_.text = text; }

  Result<ProfileText> whole() && {
    std::size_t position = 0;
    while (position < out_.text.size() && !error_) {
      const LineEnds ends = line_at(out_.text, position);
      span_ = {position, ends.next};
      ++line_;
      line_ends_.add(out_.text.substr(ends.content, ends.next - ends.content));
      take_line(out_.text.substr(position, ends.content - position));
      position = ends.next;
    }
    if (error_) return *error_;
    out_.line_end = line_ends_.majority();
    return std::move(out_);
  }

 private:
  void take_line(std::string_view line) {
    const std::string_view value = stripped(line);
    if (value.empty()) return;
    if (value.front() == '#' || value.front() == ';') return take_comment(value);
    const std::size_t indent = characters(indentation(line));
    if (in_key_ && indent > indent_) return take_wrapped(value);
    indent_ = indent;
    const std::size_t close = value.front() == '[' ? value.rfind(']') : std::string_view::npos;
    if (close != std::string_view::npos && close > 1)
      return take_header(value.substr(1, close - 1));
    if (out_.sections.empty()) return fail("comes before the first section");
    take_key(value);
  }

  void take_comment(std::string_view comment) {
    if (out_.sections.empty()) return;
    ProfileTextSection& section = out_.sections.back();
    section.comments.push_back(span_);
    if (comment == kManagedComment && !section.our_comment) section.our_comment = span_;
  }

  void take_wrapped(std::string_view value) {
    ProfileKey& key = out_.sections.back().keys.back();
    key.wrapped.push_back(span_);
    // An empty first line makes the rest a nested table to botocore, which then wants a `=` in each
    // of its lines, cut as str.splitlines() cuts.
    if (key.value.empty() && !is_nested_table(value)) fail("is no key = value, as its key wants");
  }

  static bool is_nested_table(std::string_view value) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i <= value.size(); ++i) {
      const std::size_t cut = i == value.size() ? 1 : line_boundary_at(value, i);
      if (cut == 0) continue;
      const std::string_view part = stripped(value.substr(begin, i - begin));
      if (!part.empty() && part.find('=') == std::string_view::npos) return false;
      begin = i + cut;
      i = begin - 1;
    }
    return true;
  }

  static std::size_t line_boundary_at(std::string_view text, std::size_t position) {
    const std::string_view rest = text.substr(position);
    if (rest.starts_with("\xc2\x85")) return 2;
    if (rest.starts_with("\xe2\x80\xa8") || rest.starts_with("\xe2\x80\xa9")) return 3;
    return rest[0] == '\v' || rest[0] == '\f' || (rest[0] >= 0x1c && rest[0] <= 0x1e) ? 1 : 0;
  }

  void take_header(std::string_view name) {
    in_key_ = false;
    const auto [first, is_new] = section_lines_.try_emplace(name, line_);
    // [DEFAULT] may come again, its keys may not.
    if (!is_new && name != "DEFAULT") {
      return fail("repeats the section of line " + std::to_string(first->second));
    }
    out_.sections.push_back({.name = name, .line = line_, .header = span_});
  }

  void take_key(std::string_view value) {
    const std::size_t delimiter = value.find_first_of("=:");
    if (delimiter == std::string_view::npos) return fail("is no section, key or comment");
    if (delimiter == 0) return fail("has no key before its " + std::string(1, value[0]));
    const std::string_view name = lowered(stripped(value.substr(0, delimiter)));
    if (const std::size_t first = line_of_key(name)) {
      return fail("repeats the key of line " + std::to_string(first));
    }
    std::vector<ProfileKey>& keys = out_.sections.back().keys;
    if (keys.empty()) keys.reserve(4);
    keys.push_back({.name = name,
                    .value = stripped(value.substr(delimiter + 1)),
                    .line = line_,
                    .span = span_,
                    .wrapped = {}});
    in_key_ = true;
  }

  std::string_view lowered(std::string_view name) {
    const auto is_plain = [](char c) { return c > 0 && (c < 'A' || c > 'Z'); };
    if (std::all_of(name.begin(), name.end(), is_plain)) return name;
    return out_.lowered.emplace_back(lower_case(name));
  }

  // Where the section has that key already, or 0. Few keys are compared faster than hashed.
  std::size_t line_of_key(std::string_view name) {
    constexpr std::size_t kFew = 16;
    const std::vector<ProfileKey>& keys = out_.sections.back().keys;
    const bool is_default = out_.sections.back().name == "DEFAULT";
    if (!is_default && keys.size() < kFew) {
      for (const ProfileKey& key : keys) {
        if (key.name == name) return key.line;
      }
      return 0;
    }
    Lines& lines = is_default ? default_keys_ : many_keys_;
    if (!is_default && keys.size() == kFew) {
      lines = {};
      for (const ProfileKey& key : keys) lines.emplace(key.name, key.line);
    }
    const auto [first, is_new] = lines.try_emplace(name, line_);
    return is_new ? 0 : first->second;
  }

  void fail(const std::string& what) { error_ = refusal(line_, what); }

  using Lines = std::unordered_map<std::string_view, std::size_t>;

  ProfileText out_;
  std::optional<Error> error_;
  LineEndCount line_ends_;
  TextSpan span_;
  std::size_t line_ = 0;
  std::size_t indent_ = 0;
  bool in_key_ = false;
  Lines section_lines_, default_keys_, many_keys_;
};

std::size_t line_of(std::string_view text, std::size_t position) {
  std::size_t line = 1;
  for (std::size_t at = line_at(text, 0).next; at <= position && at < text.size();) {
    ++line;
    at = line_at(text, at).next;
  }
  return line;
}

}  // namespace

Result<ProfileText> read_profile_text(std::string_view text) {
  if (const auto bad = bad_byte(text)) {
    const bool nul = text[*bad] == '\0';
    return refusal(line_of(text, *bad), nul ? "holds a NUL byte" : "holds a byte that is no UTF-8");
  }
  if (text.starts_with("\xef\xbb\xbf")) return refusal(1, "begins with a byte order mark");
  return Reading(text).whole();
}

}  // namespace mdh
