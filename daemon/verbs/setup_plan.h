// What `setup` will do, worked out before anything is done: files to write, commands to run, and
// the record of it. Reads the disk and asks systemd; changes nothing.
#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "common/secret.h"
#include "daemon/verbs/service_manager.h"
#include "daemon/verbs/setup_answers.h"
#include "daemon/verbs/setup_record.h"

namespace mdh {

// Where things of a setup are: one person's, or the machine's.
struct SetupPlaces {
  std::string folder;
  std::string config;
  std::string keys;  // the folder of key files
  std::string record;
  std::string state;  // empty: systemd's own
};
Result<SetupPlaces> setup_places(bool system);

struct PlannedFile {
  std::string path;
  Secret bytes;
  unsigned mode = 0600;
  std::string shown;  // to people: its text, or the change to it; never a key
};

struct SetupPlan {
  SetupPlaces places;
  std::string profile;
  std::vector<std::string> folders;  // to be made for the files
  std::vector<PlannedFile> files;    // those that are not right yet
  std::vector<Words> commands;
  std::string without_systemd;  // why there are none; empty: systemd runs it
  SetupRecord record;           // as it will be
};

// plan_setup() is the plan; an Error (class config or storage) where a file that is there stands
// in its way.
Result<SetupPlan> plan_setup(const Command& command, const SetupAnswers& answers);

// shown() is the plan for people.
std::string shown(const SetupPlan& plan);

}  // namespace mdh
