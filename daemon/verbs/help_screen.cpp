#include "daemon/verbs/help_screen.h"

#include <CLI/CLI.hpp>

namespace mdh {
namespace {

class Screen : public CLI::Formatter {
 public:
  Screen() { column_width(30); }
  std::string make_usage(const CLI::App* app, std::string) const override {
    const std::string& name = app->get_name();
    if (app->get_parent() == nullptr) return "Usage: mdh-credentials VERB [OPTIONS]\n";
    const std::string tail = name == "exec"  ? " -- COMMAND [ARGUMENT...]"
                             : name == "key" ? " [ACCOUNT]"
                             : app->get_option_no_throw("profile") != nullptr &&
                                     app->get_option_no_throw("profile")->get_positional()
                                 ? " [PROFILE]"
                                 : "";
    return "Usage: mdh-credentials " + name + " [OPTIONS]" + tail + "\n";
  }
  // Those that are options, too, are shown as such.
  std::string make_positionals(const CLI::App*) const override { return ""; }
};

}  // namespace

std::shared_ptr<CLI::Formatter> help_screen() {
  return std::make_shared<Screen>();
}

}  // namespace mdh
