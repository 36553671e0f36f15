// Brings the AWS profile file to what is wanted, in one blocking go: for `once`, and for the
// profile sink's thread. Knows both forms and the change between them; the edit is
// common/profile_file's, the replacement edit_file's.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"
#include "common/state/state.h"
#include "daemon/profile_file/edit_file.h"
#include "daemon/profile_file/wanted.h"

namespace mdh {

// A profile's word on its file.
struct ProfileReport {
  std::string profile;
  FileStatus status;
};

class ProfileWriter {
 public:
  // `program` is the absolute path that the process form writes into credential_process.
  ProfileWriter(ProfileFileConfig config, std::string program);

  // write() makes the files agree; `replaced` counts the files that it had to change.
  struct Written {
    int replaced = 0;
  };
  Result<Written> write(const std::vector<WantedProfile>& wanted);
  // remove() takes our lines out of both files (on_stop "remove").
  Done remove(const std::vector<WantedProfile>& wanted);
  // preview() is the masked difference that write() would make; touches nothing.
  Result<std::string> preview(const std::vector<WantedProfile>& wanted) const;
  // rehearse() is the Error that write() would end in, as far as can be told without writing; a
  // file without a name is made in the folder, where that is possible.
  Done rehearse(const std::vector<WantedProfile>& wanted) const;
  // report() is every wanted profile's status after a write that ended so, with what is to be
  // remarked on its file; `more` is the caller's remark.
  std::vector<ProfileReport> report(const std::vector<WantedProfile>& wanted,
                                    const std::optional<Error>& error,
                                    const std::string& more = {}) const;
  // files() are the paths that write() may change; the first is the one the form lives in.
  std::vector<std::string> files() const;

 private:
  using Change = std::function<Result<Secret>(std::string_view text)>;
  struct Planned {
    std::string path;
    Change change;
    bool only_existing = false;  // there is nothing to do where there is no file
    bool holds_keys = false;
  };
  Result<Written> write_all(const std::vector<WantedProfile>& wanted);
  std::vector<Planned> plan(const std::vector<WantedProfile>& wanted) const;
  Planned keys_in(const std::vector<WantedProfile>& wanted) const;
  Planned process_in(const std::vector<WantedProfile>& wanted) const;
  Planned cleared(ProfileFileKind kind, const std::vector<WantedProfile>& wanted) const;
  static bool has_work(const Planned& planned);
  Result<Edited> carry_out(const Planned& planned, const std::vector<WantedProfile>& wanted);
  std::vector<std::string> remarks_on(const std::string& profile) const;
  bool keeps_keys() const { return config_.form == ProfileFileConfig::Form::keys; }

  ProfileFileConfig config_;
  std::string program_;
  std::map<std::string, FileMemory> memories_;
  std::optional<WallTime> written_at_;
  std::optional<WallTime> failing_since_;
};

}  // namespace mdh
