#include "daemon/verbs/setup.h"

#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "common/exit_status.h"
#include "daemon/config/folders.h"
#include "daemon/keys/usable_config.h"
#include "daemon/system/environment.h"
#include "daemon/system/write_file.h"
#include "daemon/verbs/online_check.h"
#include "daemon/verbs/questions.h"
#include "daemon/verbs/setup_plan.h"
#include "daemon/verbs/setup_removal.h"
#include "daemon/verbs/setup_words.h"
#include "daemon/verbs/status.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

constexpr seconds kFirstSet{60};

int complain(const Error& error) {
  print_error(error);
  return exit_status(error);
}

// One exchange, so that what is refused is never set up.
Done prove(const Config& config) {
  Facts facts;
  KeyFact key;
  key.account = config.accounts.front().name;
  facts.keys.push_back(key);
  Progress progress;
  add_online_facts(config, {[&](const std::string& text) { progress.show(text); }}, facts);
  for (const ExchangeFact& exchange : facts.exchanges) {
    if (exchange.error) return *exchange.error;
  }
  return done();
}

// Ctrl-C waits while the files are written, so that all of them are there or none.
class Undisturbed {
 public:
  Undisturbed() {
    sigset_t signals;
    sigemptyset(&signals);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) sigaddset(&signals, signal);
    sigprocmask(SIG_BLOCK, &signals, &before_);
  }
  ~Undisturbed() { sigprocmask(SIG_SETMASK, &before_, nullptr); }
  Undisturbed(const Undisturbed&) = delete;
  Undisturbed& operator=(const Undisturbed&) = delete;

 private:
  sigset_t before_{};
};

// The old text of a file that is replaced for the first time.
Done keep_old(const SetupPlan& plan, const std::string& path) {
  const std::string kept = kept_beside(path);
  const bool wanted = plan.record.replaced.contains(path) && ::access(kept.c_str(), F_OK) != 0;
  if (!wanted) return done();
  std::error_code failed;
  std::filesystem::copy_file(path, kept, failed);
  if (!failed) return done();
  return Error{.error_class = ErrorClass::storage,
               .message = "cannot write " + kept + ": " + failed.message()};
}

// The record comes first: whatever follows can be taken back by it.
Done write_files(const SetupPlan& plan) {
  const Undisturbed undisturbed;
  for (const std::string& folder : plan.folders) {
    if (Done made = make_own_folder(folder); !made) return made;
  }
  const Done noted = write_small_file(plan.places.record, record_text(plan.record));
  if (!noted) return noted;
  for (const PlannedFile& file : plan.files) {
    if (Done kept = keep_old(plan, file.path); !kept) return kept;
    if (Done written = write_small_file(file.path, file.bytes.reveal(), {file.mode, {}, {}});
        !written) {
      return written;
    }
  }
  return done();
}

int run_commands(const SetupPlan& plan) {
  for (const Words& words : plan.commands) {
    say(shell_line(words));
    if (run(words) == 0) continue;
    if (words == ServiceManager::linger(true)) {
      warn(
          "lingering was refused, so the service ends when you log out; an administrator can "
          "allow it: sudo loginctl enable-linger " +
          surroundings().user);
      continue;
    }
    print_error({ErrorClass::storage, Stage::config, shell_line(words) + " failed",
                 "mend what it says and run setup again, or take all back: setup --remove"});
    return kExitFailed;
  }
  return kExitGood;
}

int await_first(const SetupPlan& plan) {
  Command wanted;
  wanted.verb = Command::Verb::wait;
  wanted.profiles = {plan.profile};
  wanted.timeout = kFirstSet;
  return wait_until_ready(wanted) == kExitGood ? kExitGood : kExitFailed;
}

int carry_out(const Command& command, const SetupAnswers& answers, const SetupPlan& plan) {
  if (Done proved = prove(answers.config); !proved) return complain(proved.error());
  if (!plan.files.empty() || !plan.commands.empty()) {
    if (Done written = write_files(plan); !written) return complain(written.error());
  }
  if (const int failed = run_commands(plan); failed != kExitGood) return failed;
  const bool runs = plan.without_systemd.empty();
  if (runs) {
    if (const int failed = await_first(plan); failed != kExitGood) return failed;
  }
  const std::string how = runs ? "" : how_to_run(plan.without_systemd, own_program());
  return print(how + what_to_paste(command, plan.profile)) ? kExitGood : kExitFailed;
}

bool nobody_can_agree(const Command& command) {
  if (command.yes || command.dry_run || can_ask()) return false;
  print_error({ErrorClass::config, Stage::config, "nobody is there to agree",
               "--dry-run shows what would be done, --yes does it"});
  return true;
}

}  // namespace

int set_up(const Command& command) {
  if (nobody_can_agree(command)) return kExitUsage;
  if (command.remove) return take_back(command);
  const auto answers = gather_answers(command);
  if (!answers) return complain(answers.error());
  const auto plan = plan_setup(command, *answers);
  if (!plan) return complain(plan.error());
  const std::string text = "From " + answers->origin + ":\n" + shown(*plan);
  if (command.dry_run) return print(text) ? kExitGood : kExitFailed;
  print_aside(text);
  const bool nothing = plan->files.empty() && plan->commands.empty();
  if (!nothing && !command.yes && !agreed("Do it?")) return say("nothing was done"), kExitFailed;
  return carry_out(command, *answers, *plan);
}

}  // namespace mdh
