#include "daemon/verbs/mistakes.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "common/config/rules.h"
#include "common/exit_status.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

std::string lower_first(std::string text) {
  const bool word = text.size() > 1 && text[1] >= 'a' && text[1] <= 'z';
  if (word && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
  while (!text.empty() && (text.back() == '.' || text.back() == '\n')) text.pop_back();
  return text;
}

// "status ", or nothing where no verb was read.
std::string verb_of(const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  return chosen.empty() ? "" : chosen.front()->get_name() + " ";
}

int refuse(const std::string& message, std::string hint, const CLI::App& app) {
  const std::string help = "mdh-credentials " + verb_of(app) + "--help shows what there is";
  hint = hint.empty() ? help : hint + " (" + help + ")";
  print_error({ErrorClass::config, Stage::config, lower_first(message), hint});
  return kExitUsage;
}

std::vector<std::string> names_in(const CLI::App& app, bool options) {
  std::vector<std::string> names;
  if (options) {
    for (const CLI::Option* option : app.get_options()) {
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    }
    return names;
  }
  for (const CLI::App* verb : app.get_subcommands(nullptr)) names.push_back(verb->get_name());
  return names;
}

std::string did_you_mean(const std::string& word, const std::vector<std::string>& names) {
  const std::vector<std::string_view> known(names.begin(), names.end());
  const std::string near(nearest(word, known));
  return near.empty() ? "" : "did you mean " + near + "?";
}

// CLI11 keeps them in reverse; an option's value is not what is wrong.
std::string first_extra(const CLI::App& app) {
  std::vector<std::string> extras = app.remaining(true);
  const auto option = std::find_if(extras.rbegin(), extras.rend(),
                                   [](const std::string& one) { return one.starts_with("-"); });
  if (option != extras.rend()) return *option;
  return extras.empty() ? std::string() : extras.front();
}

}  // namespace

int refuse(const std::string& message, const CLI::App& app) {
  return refuse(message, "", app);
}

int refuse_word(const std::string& word, const CLI::App& app) {
  const auto chosen = app.get_subcommands();
  const bool option = word.starts_with("-");
  if (!chosen.empty()) {
    const std::string& verb = chosen.front()->get_name();
    if (!option) return refuse(verb + " takes no argument " + word, "", app);
    const std::string bare = word.substr(0, word.find('='));
    const std::vector<std::string> names = names_in(*chosen.front(), true);
    if (std::find(names.begin(), names.end(), bare) != names.end()) {
      return refuse(bare + " stands before its verb", "mdh-credentials " + verb + " " + bare, app);
    }
    return refuse(verb + " has no option " + bare, did_you_mean(bare, names), app);
  }
  if (!option) {
    return refuse("there is no verb " + word, did_you_mean(word, names_in(app, false)), app);
  }
  const std::string near = did_you_mean(word, names_in(app, true));
  return refuse(
      "there is no option " + word + " before a verb",
      near.empty() ? "an option stands behind its verb: mdh-credentials VERB " + word : near, app);
}

int refuse(const CLI::ParseError& error, const CLI::App& app) {
  const bool extras = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  const std::string word = extras ? first_extra(app) : "";
  if (!word.empty()) return refuse_word(word, app);
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    const std::string what = error.what();  // "Could not convert: --timeout = abc"
    const std::size_t option = what.find("--");
    return refuse(option == std::string::npos
                      ? what
                      : what.substr(option, what.find(' ', option) - option) +
                            " wants a whole number, 0 to 4294967295",
                  "", app);
  }
  return refuse(error.what(), "", app);
}

}  // namespace mdh
