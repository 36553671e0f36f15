#include "common/report/environment_lines.h"

#include <algorithm>
#include <iterator>

#include "common/shell_word.h"

namespace mdh {
namespace {

// A literal of Python and of R alike.
std::string literal(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted += '\\';
    quoted += c;
  }
  return quoted + "\"";
}

std::string joined_literals(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + literal(name);
  return all;
}

// In single quotes, where a backslash stands before each of `special`.
std::string quoted(std::string_view text, std::string_view special) {
  std::string word = "'";
  for (const char c : text) {
    if (special.find(c) != special.npos) word += '\\';
    word += c;
  }
  return word + "'";
}

// csh reads a `!` everywhere, and knows no quote inside of quotes.
std::string csh_word(std::string_view text) {
  std::string word = "'";
  for (const char c : text) {
    if (c == '!') word += '\\';
    if (c == '\'') word += "'\\'";
    word += c;
  }
  return word + "'";
}

// docker takes quotes for a part of the value, so they are there only where others need them.
std::string dotenv_value(const std::string& text) {
  const bool plain =
      text.find_first_of("#'\"\\$`\n") == text.npos && text.front() != ' ' && text.back() != ' ';
  return plain ? text : quoted(text, "'\\");
}

std::string sh_lines(const EnvironmentChange& change) {
  std::string lines;
  for (const auto& [name, value] : change.set)
    lines += "export " + name + "=" + shell_quoted(value) + ";\n";
  for (const auto& [name, value] : change.added)
    lines += "export " + name + "=\"${" + name + ":+$" + name + ",}" + value + "\";\n";
  if (change.unset.empty()) return lines;
  lines += "unset";
  for (const std::string& name : change.unset) lines += " " + name;
  return lines + ";\n";
}

std::string csh_lines(const EnvironmentChange& change) {
  std::string lines;
  for (const auto& [name, value] : change.set)
    lines += "setenv " + name + " " + csh_word(value) + ";\n";
  for (const std::string& name : change.unset) lines += "unsetenv " + name + ";\n";
  return lines;
}

std::string fish_lines(const EnvironmentChange& change) {
  std::string lines;
  for (const auto& [name, value] : change.set)
    lines += "set -gx " + name + " " + quoted(value, "'\\") + ";\n";
  lines += "set -e";
  for (const std::string& name : change.unset) lines += " " + name;
  return lines + "; or true;\n";
}

std::string python_lines(const EnvironmentChange& change) {
  std::string lines = "import os\n";
  for (const auto& [name, value] : change.set)
    lines += "os.environ[" + literal(name) + "] = " + literal(value) + "\n";
  for (const auto& [name, value] : change.added) {
    lines += "os.environ[" + literal(name) + "] = \",\".join(filter(None, [os.environ.get(" +
             literal(name) + "), " + literal(value) + "]))\n";
  }
  return lines + "for name in [" + joined_literals(change.unset) +
         "]:\n    os.environ.pop(name, None)\n";
}

std::string dotenv_lines(const EnvironmentChange& change) {
  std::string lines = "# to be unset:";
  for (const std::string& name : change.unset) lines += " " + name;
  lines += "\n";
  for (const auto& [name, value] : change.set) lines += name + "=" + dotenv_value(value) + "\n";
  return lines;
}

}  // namespace

Shell shell_called(std::string_view name) {
  const auto* found = std::find(std::begin(kShellNames), std::end(kShellNames), name);
  return found == std::end(kShellNames) ? Shell::sh : static_cast<Shell>(found - kShellNames);
}

std::string environment_lines(const EnvironmentChange& change, Shell shell) {
  switch (shell) {
    case Shell::sh:
      return sh_lines(change);
    case Shell::csh:
      return csh_lines(change);
    case Shell::fish:
      return fish_lines(change);
    case Shell::python:
      return python_lines(change);
    case Shell::dotenv:
      break;
  }
  return dotenv_lines(change);
}

std::string failure_line(int status, Shell shell) {
  const std::string number = std::to_string(status);
  switch (shell) {
    case Shell::sh:
    case Shell::csh:
      return "(exit " + number + ");\n";
    case Shell::fish:
      return "sh -c 'exit " + number + "';\n";
    case Shell::python:
      return "raise SystemExit(" + number + ")\n";
    case Shell::dotenv:
      break;
  }
  return {};
}

std::string r_lines(const EnvironmentChange& change) {
  std::string lines;
  for (const auto& [name, value] : change.set)
    lines += "Sys.setenv(" + name + " = " + literal(value) + ")\n";
  for (const auto& [name, value] : change.added) {
    lines += "Sys.setenv(" + name + " = sub(\"^,\", \"\", paste0(Sys.getenv(" + literal(name) +
             "), " + literal("," + value) + ")))\n";
  }
  return lines + "Sys.unsetenv(c(" + joined_literals(change.unset) + "))\n";
}

}  // namespace mdh
