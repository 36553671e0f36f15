#include "daemon/verbs/suggestions.h"

#include <CLI/CLI.hpp>
#include <algorithm>

namespace mdh {
namespace {

using Words = std::vector<std::string>;

void offer(Words& lines, const std::string& typed, const std::string& word,
           const std::string& meaning) {
  if (!word.starts_with(typed)) return;
  lines.push_back(meaning.empty() ? word : word + "\t" + meaning);
}

// bash makes words of its own of `--profile=lab`.
Words without_equal_signs(Words words) {
  Words joined;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const bool sign = words[i] == "=" && i > 0 && words[i - 1].starts_with("--");
    if (!sign) joined.push_back(words[i]);
    if (sign && i + 1 == words.size()) joined.emplace_back();
  }
  return joined;
}

const CLI::App* verb_in(const CLI::App& app, const Words& words, std::size_t end) {
  for (std::size_t i = 0; i < end; ++i) {
    for (const CLI::App* verb : app.get_subcommands(nullptr)) {
      if (verb->get_name() == words[i]) return verb;
    }
  }
  return nullptr;
}

const CLI::Option* option_named(const CLI::App& verb, const std::string& word) {
  if (!word.starts_with("--")) return nullptr;
  for (const CLI::Option* option : verb.get_options()) {
    if (option->check_lname(word.substr(2))) return option;
  }
  return nullptr;
}

bool takes_value(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

// The words that a value may be, as the table's check on it says: "FORM:{process,keys}".
Words choices(const std::string& type) {
  Words words;
  const std::size_t open = type.find('{');
  const std::size_t close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos) return words;
  std::string one;
  for (const char byte : type.substr(open + 1, close - open - 1) + ",") {
    if (byte != ',') {
      one += byte;
    } else if (!one.empty()) {
      words.push_back(std::exchange(one, ""));
    }
  }
  return words;
}

void offer_value(Words& lines, const CLI::Option& option, const std::string& typed) {
  const std::string type = option.get_type_name();
  if (type == "FILE" || type == "PATH") lines.emplace_back(kSuggestFile);
  if (type == "FOLDER") lines.emplace_back(kSuggestFolder);
  if (type == "USER") lines.emplace_back(kSuggestUser);
  if (type == "PROFILE") lines.emplace_back(kSuggestProfile);
  if (type == "ACCOUNT") lines.emplace_back(kSuggestAccount);
  for (const std::string& word : choices(type)) offer(lines, typed, word, "");
}

void offer_options(Words& lines, const CLI::App& verb, const std::string& typed) {
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      offer(lines, typed, "--" + name, option->get_description());
    }
  }
}

void offer_verbs(Words& lines, const CLI::App& app, const std::string& typed) {
  for (const CLI::App* verb : app.get_subcommands(nullptr)) {
    offer(lines, typed, verb->get_name(), verb->get_description());
  }
}

// `typed` holds the value behind its own equal sign.
void offer_joined_value(Words& lines, const CLI::App& verb, const std::string& typed) {
  const std::size_t sign = typed.find('=');
  const CLI::Option* option = option_named(verb, typed.substr(0, sign));
  if (option == nullptr) return;
  for (const std::string& word : choices(option->get_type_name())) {
    offer(lines, typed, typed.substr(0, sign + 1) + word, "");
  }
}

void offer_for_verb(Words& lines, const CLI::App& verb, const Words& words) {
  const std::string& typed = words.back();
  const CLI::Option* before =
      words.size() > 1 ? option_named(verb, words[words.size() - 2]) : nullptr;
  if (before != nullptr && takes_value(*before)) return offer_value(lines, *before, typed);
  if (typed.starts_with("--") && typed.find('=') != std::string::npos) {
    return offer_joined_value(lines, verb, typed);
  }
  for (const CLI::Option* option : verb.get_options()) {
    if (option->get_positional() && !typed.starts_with("-")) offer_value(lines, *option, typed);
  }
  offer_options(lines, verb, typed);
}

}  // namespace

std::vector<std::string> suggestions(const CLI::App& app, std::vector<std::string> words) {
  if (words.empty()) words.emplace_back();
  words = without_equal_signs(std::move(words));
  const std::size_t last = words.size() - 1;
  Words lines;
  const CLI::App* verb = verb_in(app, words, last);
  const auto dashes = std::find(words.begin(), words.begin() + static_cast<long>(last), "--");
  if (dashes != words.begin() + static_cast<long>(last)) {
    const bool exec = verb != nullptr && verb->get_name() == "exec";
    const auto place = dashes - words.begin() + 1;
    if (exec) lines.push_back(kSuggestCommand + (" " + std::to_string(place)));
  } else if (verb != nullptr) {
    offer_for_verb(lines, *verb, words);
  } else {
    offer_verbs(lines, app, words.back());
    offer_options(lines, app, words.back());
  }
  return lines;
}

}  // namespace mdh
