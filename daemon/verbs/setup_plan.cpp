#include "daemon/verbs/setup_plan.h"

#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "common/config/config_text.h"
#include "common/config/from_json.h"
#include "daemon/config/folders.h"
#include "daemon/profile_file/withdrawal.h"
#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"
#include "daemon/verbs/aws_files.h"

namespace mdh {
namespace {

constexpr const char* kSystemFolder = "/etc/mdh-credentials";

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

std::string text_at(const std::string& path) {
  const auto text = read_secret(path);
  return text ? std::string(text->reveal()) : std::string();
}

// The lines that differ, what is alike before and after them left out.
std::string change_of(const std::string& before, const std::string& after) {
  const auto lines_of = [](const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      lines.push_back(text.substr(at, end - at));
      at = end + 1;
    }
    return lines;
  };
  auto old_lines = lines_of(before);
  auto new_lines = lines_of(after);
  const auto common =
      std::mismatch(old_lines.begin(), old_lines.end(), new_lines.begin(), new_lines.end());
  old_lines.erase(old_lines.begin(), common.first);
  new_lines.erase(new_lines.begin(), common.second);
  while (!old_lines.empty() && !new_lines.empty() && old_lines.back() == new_lines.back()) {
    old_lines.pop_back();
    new_lines.pop_back();
  }
  std::string change;
  for (const std::string& line : old_lines) change += "  - " + line + "\n";
  for (const std::string& line : new_lines) change += "  + " + line + "\n";
  return change;
}

void add_new(const std::string& path, std::vector<std::string>& folders) {
  const bool known = std::find(folders.begin(), folders.end(), path) != folders.end();
  if (!known) folders.push_back(path);
}

// Every folder on the way to `path` that is not there yet, outermost first.
void note_missing(const std::string& path, std::vector<std::string>& folders) {
  std::vector<std::string> missing;
  for (std::filesystem::path at = path; !exists(at.string()); at = at.parent_path()) {
    missing.push_back(at.string());
  }
  for (auto one = missing.rbegin(); one != missing.rend(); ++one) add_new(*one, folders);
}

// A file that is right already is none of the plan's; one that is replaced is kept once.
void plan_file(SetupPlan& plan, PlannedFile file) {
  const std::string before = text_at(file.path);
  if (exists(file.path) && before == file.bytes.reveal()) return;
  const bool own = plan.record.files.contains(file.path);
  if (exists(file.path) && !own) plan.record.replaced.insert(file.path);
  plan.record.files[file.path] = fingerprint(file.bytes.reveal());
  plan.files.push_back(std::move(file));
}

Error foreign_key(const std::string& path) {
  return {ErrorClass::config, Stage::key, "another key is in " + path + " already",
          "name a file of its own: put the key there (mode 0600) and give --key file:PATH"};
}

// The key's own file, and the account's reference to it.
Done plan_key(const Command& command, const SetupAnswers& answers, SetupPlan& plan,
              AccountConfig& account) {
  if (!answers.key_text) return done();
  const std::string path = plan.places.keys + "/" + account.name + ".pem";
  const bool foreign = exists(path) && !plan.record.files.contains(path) &&
                       text_at(path) != answers.key_text->reveal();
  if (foreign) return foreign_key(path);
  plan_file(plan, {path, answers.key_text->copy(), 0600, "the private key"});
  using Kind = KeyReference::Kind;
  account.private_key = command.system
                            ? KeyReference{Kind::credential, "key_" + account.name + ".pem", {}}
                            : KeyReference{Kind::file, path, {}};
  return done();
}

// The account that the file has already keeps its name, by which its key's file is called.
Result<std::string> existing_config(const SetupPlan& plan, AccountConfig& account) {
  if (!exists(plan.places.config)) return std::string();
  auto text = read_text(plan.places.config);
  if (!text) return text;
  const auto there = parse_config(*text, plan.places.config);
  if (!there) return there.error();
  if (const AccountConfig* home = account_in(*there, account)) account.name = home->name;
  return text;
}

Done plan_files(const Command& command, const SetupAnswers& answers, SetupPlan& plan) {
  Config config = answers.config;
  config.origin = plan.places.config;
  const auto before = existing_config(plan, config.accounts.front());
  if (!before) return before.error();
  if (Done key = plan_key(command, answers, plan, config.accounts.front()); !key) return key;
  const auto after =
      before->empty() ? Result<std::string>(config_text(config)) : with_project(*before, config);
  if (!after) return after.error();
  plan_file(plan, {plan.places.config, Secret(*after), command.system ? 0644U : 0600U,
                   change_of(*before, *after)});
  return done();
}

void plan_commands(const Command& command, SetupPlan& plan) {
  const ServiceManager manager(command.system);
  plan.without_systemd = manager.missing();
  if (!plan.without_systemd.empty()) return;
  const bool running = manager.running();
  if (!running || !manager.enabled()) {
    plan.record.units = true;
    plan.commands.push_back(manager.start());
  } else if (command.system && !plan.files.empty()) {
    plan.commands.push_back(manager.restart());  // systemd hands a key over at the start
  }
  if (command.system || manager.lingering()) return;
  plan.record.lingering = true;
  plan.commands.push_back(ServiceManager::linger(true));
}

// What the service will make in the home besides, so that --remove knows what was there.
void note_home(SetupPlan& plan, std::vector<std::string>& folders) {
  const std::string units =
      std::filesystem::path(plan.places.folder).parent_path().string() + "/systemd/user";
  for (const char* wants : {"/default.target.wants", "/sockets.target.wants"}) {
    note_missing(units + wants, folders);
  }
  note_missing(plan.places.state, folders);
  const bool first = plan.record.files.empty();
  ProfileFileConfig files;
  files.path = aws_credentials_path();
  files.config_path = aws_config_path();
  for (const std::string& path : {files.path, files.config_path}) {
    note_missing(std::filesystem::path(path).parent_path().string(), folders);
    if (first && !exists(path)) plan.record.new_aws_files.insert(path);
    const std::string text = text_at(path);
    const bool unended = first && !text.empty() && !text.ends_with('\n');
    if (unended) plan.record.unended_aws_files.insert(path);
  }
  if (plan.record.profiles.contains(plan.profile)) return;
  const bool there = has_section(files, plan.profile);
  (there ? plan.record.profiles_there : plan.record.profiles).insert(plan.profile);
}

void note_surroundings(const Command& command, SetupPlan& plan) {
  note_missing(plan.places.folder, plan.folders);
  note_missing(plan.places.keys, plan.folders);
  std::vector<std::string>& folders = plan.record.folders;
  for (const std::string& made : plan.folders) add_new(made, folders);
  if (!command.system) note_home(plan, folders);
}

}  // namespace

Result<SetupPlaces> setup_places(bool system) {
  SetupPlaces places;
  if (system) {
    places.folder = kSystemFolder;
    places.keys = places.folder + "/keys";
  } else {
    const std::string home = home_folder();
    if (home.empty()) return Error{.message = "there is no home folder to set up in"};
    places.folder = base_folder("XDG_CONFIG_HOME").value_or(home + "/.config") + "/mdh-credentials";
    places.keys = places.folder;
    places.state = state_folders(surroundings()).front();
  }
  places.config = places.folder + "/config.json";
  places.record = places.folder + "/setup-record";
  return places;
}

Result<SetupPlan> plan_setup(const Command& command, const SetupAnswers& answers) {
  const auto places = setup_places(command.system);
  if (!places) return places.error();
  SetupPlan plan;
  plan.places = *places;
  plan.profile = answers.config.accounts.front().projects.front().profile;
  const auto record = read_record(places->record);
  if (!record) return record.error();
  plan.record = *record;
  note_surroundings(command, plan);
  if (Done planned = plan_files(command, answers, plan); !planned) return planned.error();
  plan_commands(command, plan);
  return plan;
}

std::string shown(const SetupPlan& plan) {
  std::string text;
  for (const std::string& folder : plan.folders) {
    if (!exists(folder)) text += "make   " + folder + "\n";
  }
  for (const PlannedFile& file : plan.files) {
    const std::string mode = file.mode == 0600 ? " (only you may read it)" : "";
    text += "write  " + file.path + mode;
    text +=
        file.shown.find('\n') == std::string::npos ? ": " + file.shown + "\n" : "\n" + file.shown;
  }
  for (const Words& command : plan.commands) text += "run    " + shell_line(command) + "\n";
  return text.empty() ? "nothing: everything is as it should be\n" : text;
}

}  // namespace mdh
