#include "daemon/verbs/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "daemon/system/environment.h"

namespace mdh {
namespace {

std::string_view start_of(Ink ink) {
  switch (ink) {
    case Ink::plain:
      return "";
    case Ink::good:
      return "\033[32m";
    case Ink::warning:
      return "\033[33m";
    case Ink::bad:
      return "\033[31m";
    case Ink::faint:
      return "\033[2m";
    case Ink::strong:
      return "\033[1m";
  }
  return "";
}

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) >> 6) != 2; }));
}

std::vector<std::size_t> column_widths(const std::vector<std::vector<Cell>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i].text));
    }
  }
  return widths;
}

void to_stderr(const std::string& text) {
  static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
  static_cast<void>(std::fflush(stderr));
}

}  // namespace

bool wants_colour(int fd) {
  return isatty(fd) == 1 && !environment_variable("NO_COLOR") &&
         environment_variable("TERM").value_or("dumb") != "dumb";
}

std::string inked(std::string_view text, Ink ink, bool colour) {
  if (!colour || ink == Ink::plain) return std::string(text);
  return std::string(start_of(ink)) + std::string(text) + "\033[0m";
}

std::string printable(std::string_view text) {
  std::string clean(text);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const auto byte = static_cast<unsigned char>(clean[i]);
    if (byte < 0x20 || byte == 0x7f) clean[i] = ' ';
    // U+0080..U+009F, the C1 controls, as UTF-8.
    const bool c1 =
        byte == 0xc2 && i + 1 < clean.size() && static_cast<unsigned char>(clean[i + 1]) < 0xa0;
    if (c1) clean.replace(i, 2, "  ");
  }
  return clean;
}

std::string table(const std::vector<std::vector<Cell>>& rows, bool colour) {
  const std::vector<std::size_t> widths = column_widths(rows);
  std::string text;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    for (std::size_t i = 0; i < rows[r].size(); ++i) {
      const Cell& cell = rows[r][i];
      text += inked(cell.text, r == 0 ? Ink::strong : cell.ink, colour);
      const bool last = i + 1 == rows[r].size();
      if (!last) text.append(widths[i] - width_of(cell.text) + 2, ' ');
    }
    text += '\n';
  }
  return text;
}

bool print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  return std::fflush(stdout) == 0 && written;
}

void print_aside(const std::string& text) {
  to_stderr(text);
}

void print_error(const Error& error) {
  const bool colour = wants_colour(STDERR_FILENO);
  std::string text = inked("mdh-credentials:", Ink::bad, colour) + " " + printable(error.message);
  if (!error.hint.empty()) {
    text += "\n" + inked("hint:", Ink::strong, colour) + " " + printable(error.hint);
  }
  to_stderr(text + "\n");
}

void say(std::string_view message) {
  to_stderr("mdh-credentials: " + printable(message) + "\n");
}

void warn(std::string_view message) {
  const bool colour = wants_colour(STDERR_FILENO);
  to_stderr(inked("mdh-credentials: warning:", Ink::warning, colour) + " " + printable(message) +
            "\n");
}

Progress::Progress() : terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  clear();
}

void Progress::show(std::string_view text) {
  if (!terminal_) return;
  to_stderr("\r\033[K" + printable(text));
  shown_ = true;
}

void Progress::clear() {
  if (shown_) to_stderr("\r\033[K");
  shown_ = false;
}

}  // namespace mdh
