#include "daemon/verbs/questions.h"

#include <unistd.h>

#include <cerrno>
#include <optional>

#include "common/white_space.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

// A line of stdin, byte by byte: what follows is another question's.
std::optional<std::string> read_line() {
  std::string line;
  char byte = 0;
  for (;;) {
    const ssize_t got = ::read(STDIN_FILENO, &byte, 1);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;
    if (byte == '\n') return line;
    line += byte;
  }
}

}  // namespace

bool can_ask() {
  return ::isatty(STDIN_FILENO) == 1;
}

Result<std::string> ask(const Question& question) {
  for (;;) {
    const std::string otherwise = question.otherwise.empty() ? "" : " [" + question.otherwise + "]";
    print_aside(printable(question.text + otherwise) + ": ");
    const auto line = read_line();
    if (!line) return Error{.message = "no answer to: " + question.text};
    std::string answer(stripped(*line));
    if (answer.empty()) answer = question.otherwise;
    const Done taken = question.check(answer);
    if (taken) return answer;
    print_error(taken.error());
  }
}

bool agreed(const std::string& text) {
  print_aside(printable(text) + " [y/N] ");
  const auto line = read_line();
  const std::string_view answer = line ? stripped(*line) : std::string_view();
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace mdh
