#include "common/profile_file/edit.h"

#include <algorithm>
#include <initializer_list>
#include <utility>

#include "common/profile_file/python_text.h"

namespace mdh {
namespace {

// One change: the stretch [begin, end) makes way for the comment, a line, or both.
struct Change {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool comment = false;
  std::string_view indent{};
  std::string_view key{};  // empty: no line
  std::string_view value{};
  std::string_view line_end{};
};
using Changes = std::vector<Change>;

bool is_one_of(std::string_view key, const KeyNames& names) {
  return std::find(names.begin(), names.end(), key) != names.end();
}

std::size_t line_end_before(std::string_view text) {
  if (text.ends_with("\r\n")) return 2;
  return text.ends_with('\n') || text.ends_with('\r') ? 1 : 0;
}

// The length of the blank line that the text ends in, or 0.
std::size_t blank_line_at_end(std::string_view text) {
  const std::size_t end = line_end_before(text);
  const std::string_view before = text.substr(0, text.size() - end);
  return end != 0 && (before.empty() || line_end_before(before) != 0) ? end : 0;
}

// The changes to one section that is there.
class SectionEdit {
 public:
  SectionEdit(const ProfileText& parts, std::size_t index)
      : parts_(parts), section_(parts.sections[index]) {
    const bool last = index + 1 == parts.sections.size();
    after_section_ = last ? parts.text.size() : parts.sections[index + 1].header.begin;
  }

  Changes bring_up(const WantedKeys& keys) && {
    WantedKeys missing;
    for (const Wanted& wanted : keys) {
      const ProfileKey* key = find_key(section_, wanted.key);
      if (key != nullptr) {
        bring_up_key(*key, wanted.value);
      } else if (!wanted.value.empty() && !wanted.only_where_present) {
        missing.push_back(wanted);
      }
    }
    if (!section_.our_comment) put_comment(keys);
    for (const Wanted& wanted : missing) add_line(wanted);
    return std::move(changes_);
  }

  Changes take_out(const KeyNames& ours) && {
    const bool whole = nothing_else_is_left(ours);
    for (const ProfileKey& key : section_.keys) {
      if (is_one_of(key.name, ours)) take_out_key(key);
    }
    take_out_span(*section_.our_comment);
    if (whole) take_out_header();
    return std::move(changes_);
  }

 private:
  void take_out_span(TextSpan span) { changes_.push_back({.begin = span.begin, .end = span.end}); }

  void take_out_key(const ProfileKey& key) {
    take_out_span(key.span);
    for (const TextSpan& wrapped : key.wrapped) take_out_span(wrapped);
  }

  void bring_up_key(const ProfileKey& key, std::string_view value) {
    if (value.empty()) return take_out_key(key);
    if (stands_already(key, value)) return;
    const LineEnds ends = line_at(parts_.text, key.span.begin);
    changes_.push_back({.begin = key.span.begin,
                        .end = key.span.end,
                        .indent = indentation_after(key),
                        .key = key.name,
                        .value = value,
                        .line_end = parts_.text.substr(ends.content, ends.next - ends.content)});
    for (const TextSpan& wrapped : key.wrapped) take_out_span(wrapped);
  }

  // In the form that every SDK reads, too: lower case and `=`.
  bool stands_already(const ProfileKey& key, std::string_view value) const {
    if (!key.wrapped.empty() || key.value != value) return false;
    std::string_view line =
        stripped(parts_.text.substr(key.span.begin, key.span.end - key.span.begin));
    if (!line.starts_with(key.name)) return false;
    line.remove_prefix(key.name.size());
    return stripped(line.substr(0, line.find('=') + 1)) == "=";
  }

  // A line may be indented no less than the next one, which would continue it otherwise.
  std::string_view indentation_after(const ProfileKey& key) const {
    const bool last = &key == &section_.keys.back();
    const std::size_t next = last ? after_section_ : (&key + 1)->span.begin;
    return indentation(parts_.text.substr(next));
  }

  std::size_t place_for_new_lines() const {
    std::size_t place = section_.header.end;
    if (!section_.keys.empty()) place = section_.keys.back().end();
    if (section_.our_comment) place = std::max(place, section_.our_comment->end);
    return place;
  }

  void add_line(const Wanted& wanted) {
    const std::size_t place = place_for_new_lines();
    changes_.push_back({.begin = place,
                        .end = place,
                        .indent = indentation(parts_.text.substr(after_section_)),
                        .key = wanted.key,
                        .value = wanted.value,
                        .line_end = parts_.line_end});
  }

  // Above the first of our keys, or where they will come.
  void put_comment(const WantedKeys& keys) {
    std::size_t place = place_for_new_lines();
    for (const Wanted& wanted : keys) {
      const ProfileKey* key = find_key(section_, wanted.key);
      if (key != nullptr) place = std::min(place, key->span.begin);
    }
    changes_.insert(changes_.begin(), {.begin = place, .end = place, .comment = true});
  }

  bool nothing_else_is_left(const KeyNames& ours) const {
    std::size_t last = section_.our_comment->end;
    for (const ProfileKey& key : section_.keys) {
      if (!is_one_of(key.name, ours)) return false;
      last = std::max(last, key.end());
    }
    // A comment apart from our lines, below them, belongs to what comes next; others are this
    // one's.
    for (const TextSpan& comment : section_.comments) {
      if (comment.begin <= last && comment.begin != section_.our_comment->begin) return false;
    }
    // An indented header would continue the key above, were ours not between.
    return indentation(parts_.text.substr(after_section_)).empty();
  }

  // With the blank line that came with a section at the text's end.
  void take_out_header() {
    TextSpan span = section_.header;
    const std::size_t last =
        std::max(section_.our_comment->end, section_.keys.empty() ? 0 : section_.keys.back().end());
    if (last == parts_.text.size())
      span.begin -= blank_line_at_end(parts_.text.substr(0, span.begin));
    take_out_span(span);
  }

  const ProfileText& parts_;
  const ProfileTextSection& section_;
  std::size_t after_section_ = 0;
  Changes changes_;
};

// The text under way; a line always begins on a line of its own.
class Edited {
 public:
  // Room for the text and what a few keys add to it.
  Edited(std::size_t size, std::string_view line_end) : line_end_(line_end) {
    out_.reserve(size + 8192);
  }

  void keep(std::string_view bytes) { out_.append(bytes); }

  void make(const Change& change) {
    if (change.comment) line({kManagedComment}, line_end_);
    if (!change.key.empty()) {
      line({change.indent, change.key, " = ", change.value}, change.line_end);
    }
  }

  void line(std::initializer_list<std::string_view> parts, std::string_view line_end) {
    const std::string_view so_far = out_.reveal();
    if (!so_far.empty() && so_far.back() != '\n' && so_far.back() != '\r') keep(line_end_);
    for (const std::string_view part : parts) keep(part);
    keep(line_end);
  }

  Secret text() && { return std::move(out_); }

 private:
  Secret out_;
  std::string_view line_end_;
};

Secret apply(const ProfileText& parts, Changes changes) {
  std::stable_sort(changes.begin(), changes.end(), [](const Change& left, const Change& right) {
    return left.begin < right.begin;
  });
  Edited edited(parts.text.size(), parts.line_end);
  std::size_t kept = 0;
  for (const Change& change : changes) {
    edited.keep(parts.text.substr(kept, change.begin - kept));
    edited.make(change);
    kept = change.end;
  }
  edited.keep(parts.text.substr(kept));
  return std::move(edited).text();
}

}  // namespace

const ProfileKey* find_key(const ProfileTextSection& section, std::string_view name) {
  for (const ProfileKey& key : section.keys) {
    if (key.name == name) return &key;
  }
  return nullptr;
}

Secret with_section_brought_up(const ProfileText& parts, std::size_t index,
                               const WantedKeys& keys) {
  return apply(parts, SectionEdit(parts, index).bring_up(keys));
}

Secret with_keys_taken_out(const ProfileText& parts, std::size_t index, const KeyNames& ours) {
  return apply(parts, SectionEdit(parts, index).take_out(ours));
}

Secret with_section_added(const ProfileText& parts, std::string_view header,
                          const WantedKeys& keys) {
  Edited edited(parts.text.size(), parts.line_end);
  edited.keep(parts.text);
  if (!parts.text.empty() && blank_line_at_end(parts.text) == 0) {
    edited.line({}, parts.line_end);
  }
  edited.line({"[", header, "]"}, parts.line_end);
  edited.line({kManagedComment}, parts.line_end);
  for (const Wanted& wanted : keys) {
    if (wanted.value.empty() || wanted.only_where_present) continue;
    edited.line({wanted.key, " = ", wanted.value}, parts.line_end);
  }
  return std::move(edited).text();
}

}  // namespace mdh
