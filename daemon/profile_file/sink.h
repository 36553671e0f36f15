// Keeps the AWS profile file in agreement with what it is handed, on a thread of its own (a write
// may wait for a disk; the loop may not). Reconciles: each sync() hands over the whole; a failed
// write is tried again, a section that somebody removed or broke is put back within 2 s (inotify).
// Another program that keeps undoing it slows the writes to one in 2 s.
// Called from the loop's thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common/config/config.h"
#include "daemon/profile_file/writer.h"

namespace mdh {

class ProfileSink {
 public:
  using Report = ProfileReport;

  // `program` is the absolute path that the process form writes into credential_process.
  ProfileSink(ProfileFileConfig config, std::string program);
  ~ProfileSink();  // leave(); a thread that waits for a lock or a disk is left behind
  ProfileSink(const ProfileSink&) = delete;
  ProfileSink& operator=(const ProfileSink&) = delete;

  // sync() hands over the whole wanted state; returns at once.
  void sync(std::vector<WantedProfile> wanted);
  // event_fd() is readable when reports() has something new, and from ended() on.
  int event_fd() const;
  // reports() is each profile's latest word, those changed since the last call.
  std::vector<Report> reports();
  // end() begins what finish() waits for, leave() the same without touching the file any more; both
  // return at once, and the sink takes nothing more. ended() is once that is done.
  void end();
  void leave();
  bool ended() const;
  // finish() ends the sink: it waits up to `most` for the last sync() to be written or fail and,
  // with on_stop "remove", takes our lines out. An error where they could not be taken out, or the
  // file's disk took longer.
  Done finish(milliseconds most);

 private:
  class SinkThread;
  std::shared_ptr<SinkThread> thread_;
};

}  // namespace mdh
