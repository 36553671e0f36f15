#include "daemon/verbs/setup_words.h"

#include "common/shell_word.h"

namespace mdh {
namespace {

std::string for_users_of_the_machine(const std::string& profile) {
  return "\nEach user whom allowed_users names (setup --user NAME) now has it:\n"
         "  mdh-credentials exec --profile " +
         profile + " -- aws sts get-caller-identity\n";
}

std::string for_new_sessions(const std::string& profile) {
  return "\nCommands and new sessions have it (a kernel that lives for days wants the form "
         "process):\n"
         "  aws --profile " +
         profile + " sts get-caller-identity\n";
}

}  // namespace

std::string how_to_run(const std::string& why, const std::string& program) {
  const std::string serve = shell_quoted(program) + " serve";
  return "\nNothing was started: " + why + ". Start the daemon in tmux or screen:\n  " + serve +
         "\nand at every boot, by a line of crontab -e:\n  @reboot " + serve + "\n";
}

std::string what_to_paste(const Command& command, const std::string& profile) {
  if (command.system) return for_users_of_the_machine(profile);
  if (command.form == "keys") return for_new_sessions(profile);
  return "\nPaste it in place of the notebook's own cell; it stays good for days:\n"
         "  import os, boto3\n"
         "  os.environ[\"AWS_PROFILE\"] = \"" +
         profile +
         "\"\n"
         "  session = boto3.Session()\n"
         "PyAthena:   connect(profile_name=\"" +
         profile +
         "\", region_name=..., s3_staging_dir=..., work_group=...)\n"
         "awswrangler: wr.athena.read_sql_query(..., boto3_session=session)\n"
         "R (paws):   Sys.setenv(AWS_PROFILE = \"" +
         profile +
         "\")\n"
         "JDBC:       CredentialsProvider=ProfileCredentials;ProfileName=" +
         profile +
         "\n"
         "Shell:      aws --profile " +
         profile + " sts get-caller-identity\n";
}

}  // namespace mdh
