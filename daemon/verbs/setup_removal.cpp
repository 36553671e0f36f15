#include "daemon/verbs/setup_removal.h"

#include <unistd.h>

#include <filesystem>

#include "common/exit_status.h"
#include "daemon/profile_file/withdrawal.h"
#include "daemon/system/read_file.h"
#include "daemon/verbs/aws_files.h"
#include "daemon/verbs/endpoint_client.h"
#include "daemon/verbs/questions.h"
#include "daemon/verbs/setup_plan.h"
#include "daemon/verbs/terminal.h"

namespace mdh {
namespace {

namespace fs = std::filesystem;

struct Removal {
  SetupPlaces places;
  SetupRecord record;
  std::vector<Words> commands;
};

bool is_key(const std::string& path) {
  return path.ends_with(".pem");
}

bool changed_since(const std::string& path, const std::string& digest) {
  const auto text = read_secret(path);
  return text && fingerprint(text->reveal()) != digest;
}

std::string shown(const Removal& removal) {
  std::string text;
  for (const Words& words : removal.commands) text += "run    " + shell_line(words) + "\n";
  for (const std::string& profile : removal.record.profiles) {
    text += "remove the section of " + profile + " from ~/.aws\n";
  }
  for (const std::string& profile : removal.record.profiles_there) {
    text += "remove our lines from the section of " + profile + " in ~/.aws\n";
  }
  for (const auto& [path, digest] : removal.record.files) {
    if (::access(path.c_str(), F_OK) != 0) continue;
    const bool replaced = removal.record.replaced.contains(path);
    const char* what = changed_since(path, digest) ? "leave  "
                       : replaced                  ? "bring back as it was "
                                                   : "remove ";
    text += what + path + (changed_since(path, digest) ? ", which was changed since" : "") + "\n";
  }
  return text + "remove the folders that setup made, where nothing else is in them\n";
}

std::vector<Words> commands_for(bool system, const SetupRecord& record) {
  const ServiceManager manager(system);
  std::vector<Words> commands;
  if (!manager.missing().empty()) return commands;
  if (record.units) commands.push_back(manager.stop());
  if (record.units && system) commands.push_back(manager.clean());
  if (record.lingering && manager.lingering()) commands.push_back(ServiceManager::linger(false));
  return commands;
}

// A daemon that was started by hand would write its section again.
Done nobody_serves(const Command& command) {
  const auto daemon = find_daemon(command);
  if (!daemon || !daemon->status().pid || command.system) return done();
  const std::string pid = std::to_string(*daemon->status().pid);
  return Error{.message = "the daemon (pid " + pid + ") still runs and would write again",
               .hint = "end it (kill " + pid + "), then setup --remove once more"};
}

void take_sections(const SetupRecord& record) {
  ProfileFileConfig files;
  files.path = aws_credentials_path();
  files.config_path = aws_config_path();
  const auto take = [&](const std::string& profile, Region region) {
    const Done taken = withdraw_profile(files, profile, region);
    if (!taken) print_error(taken.error());
  };
  for (const std::string& profile : record.profiles) take(profile, Region::goes);
  for (const std::string& profile : record.profiles_there) take(profile, Region::stays);
  for (const std::string& path : record.unended_aws_files) {
    if (const Done dropped = drop_last_line_end(path); !dropped) print_error(dropped.error());
  }
  std::error_code gone;
  for (const std::string& path : record.new_aws_files) {
    if (fs::is_regular_file(path, gone) && fs::file_size(path, gone) == 0) fs::remove(path, gone);
  }
}

void take_file(const SetupRecord& record, const std::string& path, const std::string& digest) {
  if (changed_since(path, digest)) return warn("left " + path + ", which was changed since setup");
  std::error_code failed;
  const std::string kept = kept_beside(path);
  const bool replaced = record.replaced.contains(path) && fs::exists(kept, failed);
  if (replaced) {
    fs::rename(kept, path, failed);
  } else {
    fs::remove(path, failed);
  }
  if (failed) warn("cannot remove " + path + ": " + failed.message());
}

void take_files(const Removal& removal, bool keys) {
  for (const auto& [path, digest] : removal.record.files) {
    if (keys || !is_key(path)) take_file(removal.record, path, digest);
  }
  std::error_code ignored;
  const std::vector<std::string>& folders = removal.record.folders;
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    if (*folder == removal.places.state) fs::remove_all(*folder, ignored);
    if (*folder == removal.places.folder) fs::remove(removal.places.record, ignored);
    ::rmdir(folder->c_str());
  }
  fs::remove(removal.places.record, ignored);
}

bool holds_keys(const SetupRecord& record) {
  for (const auto& [path, digest] : record.files) {
    if (is_key(path) && ::access(path.c_str(), F_OK) == 0) return true;
  }
  return false;
}

int carry_out(const Command& command, const Removal& removal) {
  for (const Words& words : removal.commands) {
    say(shell_line(words));
    if (run(words) != 0) warn(shell_line(words) + " failed");
  }
  if (Done ended = nobody_serves(command); !ended) {
    print_error(ended.error());
    return kExitFailed;
  }
  const bool keys =
      command.yes || !holds_keys(removal.record) || agreed("Remove the private key's file, too?");
  if (!command.system) take_sections(removal.record);
  take_files(removal, keys);
  say("everything that setup made is gone");
  return kExitGood;
}

}  // namespace

int take_back(const Command& command) {
  const auto places = setup_places(command.system);
  const auto record = places ? read_record(places->record) : Result<SetupRecord>(places.error());
  if (!record) {
    print_error(record.error());
    return exit_status(record.error());
  }
  if (record->empty()) {
    say("there is nothing that setup made (no " + places->record + ")");
    return kExitGood;
  }
  const Removal removal{*places, *record, commands_for(command.system, *record)};
  if (command.dry_run) return print(shown(removal)) ? kExitGood : kExitFailed;
  print_aside(shown(removal));
  if (!command.yes && !agreed("Do it?")) return say("nothing was done"), kExitFailed;
  return carry_out(command, removal);
}

}  // namespace mdh
