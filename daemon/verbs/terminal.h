// What people see: colours only on a terminal and never with NO_COLOR (no-color.org), columns that
// line up, one progress line that rewrites itself, errors in one form. Writes to stdout and stderr;
// one thread at a time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/error.h"

namespace mdh {

enum class Ink { plain, good, warning, bad, faint, strong };

// wants_colour() tells whether the stream (1 or 2) is a terminal that takes colours: NO_COLOR unset
// or empty, TERM not "dumb".
bool wants_colour(int fd);
// inked() is the text in that colour, or as it is without `colour`.
std::string inked(std::string_view text, Ink ink, bool colour);
// printable() has every control character (an escape sequence out of a server's answer, say)
// replaced by a blank.
std::string printable(std::string_view text);

struct Cell {
  std::string text;
  Ink ink = Ink::plain;
};
// table() lays rows out in columns two blanks apart; the first row is the heading (strong). Widths
// count UTF-8 characters.
std::string table(const std::vector<std::vector<Cell>>& rows, bool colour);

// print() writes to stdout; false when that failed (a closed pipe, a full disk).
bool print(std::string_view text);
// print_aside() writes to stderr what is no error.
void print_aside(const std::string& text);
// print_error() writes "mdh-credentials: MESSAGE" and, where there is one, "hint: HINT" to stderr.
void print_error(const Error& error);
// say() writes "mdh-credentials: MESSAGE" to stderr: news that stdout is not for.
void say(std::string_view message);
// warn() writes "mdh-credentials: warning: MESSAGE" to stderr.
void warn(std::string_view message);

// Progress is one line on stderr that rewrites itself; nothing at all when that is no terminal.
class Progress {
 public:
  Progress();
  ~Progress();  // takes the line away
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(std::string_view text);
  void clear();

 private:
  bool terminal_;
  bool shown_ = false;
};

}  // namespace mdh
