// Reads the text of an AWS profile file as botocore does (Python's RawConfigParser with its default
// options, then botocore.configloader): sections, keys, wrapped values, comments, each with its
// place in the text. What botocore refuses is refused here. Pure; changes nothing: the edit is
// profile_file's.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace mdh {

// The first line above our keys: names the tool, holds no bracket (older C++ SDKs take any line
// with both brackets for a header).
inline constexpr std::string_view kManagedComment =
    "# kept up to date by mdh-credentials; edits to the next keys will be overwritten";

// TextSpan is a stretch of the text, in bytes, whole lines with their line ends.
struct TextSpan {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct ProfileKey {
  std::string_view name;          // in lower case, as botocore looks it up
  std::string_view value;         // the first line's, without blanks round it
  std::size_t line = 0;           // from 1
  TextSpan span;                  // the line with the key
  std::vector<TextSpan> wrapped;  // further lines of its value; comments between are not in it

  // end() is where the key's last line ends.
  std::size_t end() const { return wrapped.empty() ? span.end : wrapped.back().end; }
};

struct ProfileTextSection {
  std::string_view name;  // between the brackets, as it stands there
  std::size_t line = 0;
  TextSpan header;
  std::vector<ProfileKey> keys{};
  std::vector<TextSpan> comments{};       // comment lines before the next header
  std::optional<TextSpan> our_comment{};  // of these the one that is kManagedComment
};

// ProfileText borrows the text that it was read from; it can be moved.
struct ProfileText {
  std::string_view text;
  std::vector<ProfileTextSection> sections;  // [DEFAULT] too, which is no profile
  std::string_view line_end = "\n";          // the majority's
  std::deque<std::string> lowered;           // names that were not in lower case
};

// read_profile_text() is the text's parts; an Error (class storage, stage file) names the line that
// botocore could not parse, and quotes nothing of it.
Result<ProfileText> read_profile_text(std::string_view text);

}  // namespace mdh
