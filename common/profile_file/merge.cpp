#include "common/profile_file/merge.h"

#include <algorithm>
#include <string>
#include <vector>

#include "common/profile_file/edit.h"
#include "common/profile_file/parse.h"
#include "common/profile_file/python_text.h"

namespace mdh {
namespace {

const ProfileTextSection* find_section(const ProfileText& parts, std::string_view name) {
  for (const ProfileTextSection& section : parts.sections) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

std::string_view text_of(const ProfileText& parts, TextSpan span) {
  return parts.text.substr(span.begin, span.end - span.begin);
}

// The key with all lines of its value, and the comments that stand between them.
std::string_view text_of(const ProfileText& parts, const ProfileKey& key) {
  return text_of(parts, {key.span.begin, key.end()});
}

bool same_line(std::string_view left, std::string_view right) {
  return stripped(left) == stripped(right);
}

// One change to the text that stands now.
struct Splice {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string_view line;
};

class Merge {
 public:
  Merge(const ProfileText& now, const ProfileText& before, const ProfileText& after)
      : now_(now), before_(before), after_(after) {}

  Secret text() && {
    for (std::size_t i = 0; i < after_.sections.size(); ++i) take_section(i);
    std::stable_sort(splices_.begin(), splices_.end(),
                     [](const Splice& a, const Splice& b) { return a.begin < b.begin; });
    std::size_t kept = 0;
    for (const Splice& splice : splices_) {
      out_.append(now_.text.substr(kept, splice.begin - kept));
      append_line(splice.line);
      kept = splice.end;
    }
    out_.append(now_.text.substr(kept));
    for (const std::string_view section : added_) {
      append_line("");
      if (!out_.empty()) out_.append(now_.line_end);
      append_line(section);
    }
    return std::move(out_);
  }

 private:
  void take_section(std::size_t index) {
    const ProfileTextSection& section = after_.sections[index];
    const ProfileTextSection* old = find_section(before_, section.name);
    const ProfileTextSection* here = find_section(now_, section.name);
    if (here == nullptr) {
      // One that was there before the edit has been taken out since.
      if (old == nullptr) added_.push_back(whole_section(index));
      return;
    }
    for (const ProfileKey& key : section.keys) take_key(key, old, *here);
    for (const TextSpan& comment : section.comments) take_comment(comment, old, *here);
  }

  std::string_view whole_section(std::size_t index) const {
    const bool last = index + 1 == after_.sections.size();
    const std::size_t end = last ? after_.text.size() : after_.sections[index + 1].header.begin;
    return text_of(after_, {after_.sections[index].header.begin, end});
  }

  void take_key(const ProfileKey& key, const ProfileTextSection* old,
                const ProfileTextSection& here) {
    std::string_view line = text_of(after_, key);
    // Indented, it would continue the value above it.
    if (key.wrapped.empty()) line.remove_prefix(indentation(line).size());
    const ProfileKey* was = old == nullptr ? nullptr : find_key(*old, key.name);
    if (was != nullptr && same_line(text_of(before_, *was), line)) return;
    const ProfileKey* is = find_key(here, key.name);
    if (is == nullptr) return add_to(here, line);
    if (was != nullptr && same_line(text_of(before_, *was), text_of(now_, *is))) {
      splices_.push_back({is->span.begin, is->end(), line});
    }
  }

  void take_comment(TextSpan comment, const ProfileTextSection* old,
                    const ProfileTextSection& here) {
    const std::string_view line = text_of(after_, comment);
    if (old != nullptr && has_comment(before_, *old, line)) return;
    if (!has_comment(now_, here, line)) add_to(here, line);
  }

  static bool has_comment(const ProfileText& parts, const ProfileTextSection& section,
                          std::string_view line) {
    return std::any_of(section.comments.begin(), section.comments.end(),
                       [&](TextSpan one) { return same_line(text_of(parts, one), line); });
  }

  void add_to(const ProfileTextSection& section, std::string_view line) {
    std::size_t place = section.header.end;
    if (!section.keys.empty()) place = section.keys.back().end();
    if (section.our_comment) place = std::max(place, section.our_comment->end);
    splices_.push_back({place, place, line});
  }

  // Begins on a line of its own and ends it.
  void append_line(std::string_view line) {
    const auto ends = [](std::string_view text) {
      return text.empty() || text.back() == '\n' || text.back() == '\r';
    };
    if (!ends(out_.reveal())) out_.append(now_.line_end);
    out_.append(line);
    if (!ends(line)) out_.append(now_.line_end);
  }

  const ProfileText& now_;
  const ProfileText& before_;
  const ProfileText& after_;
  std::vector<Splice> splices_;
  std::vector<std::string_view> added_;
  Secret out_;
};

}  // namespace

Result<Secret> with_edit_of(std::string_view now, std::string_view before, std::string_view after) {
  const auto now_parts = read_profile_text(now);
  if (!now_parts) return now_parts.error();
  const auto before_parts = read_profile_text(before);
  if (!before_parts) return before_parts.error();
  const auto after_parts = read_profile_text(after);
  if (!after_parts) return after_parts.error();
  return Merge(*now_parts, *before_parts, *after_parts).text();
}

}  // namespace mdh
