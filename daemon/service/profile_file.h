// The profile file as the running daemon keeps it: one sink at a time, and another after a change
// of configuration. The one before ends by itself first, since it may wait for a disk or a lock,
// and no two may write the same file. Loop's thread only.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "daemon/profile_file/sink.h"
#include "daemon/system/event_loop.h"

namespace mdh {

class ProfileFile {
 public:
  // `opened` is called when a sink begins, `told` with each of its reports.
  ProfileFile(EventLoop& loop, std::function<void()> opened,
              std::function<void(ProfileSink::Report)> told)
      : loop_(loop), opened_(std::move(opened)), told_(std::move(told)) {}

  ~ProfileFile();
  ProfileFile(const ProfileFile&) = delete;
  ProfileFile& operator=(const ProfileFile&) = delete;

  // open() keeps the file by `config` from now on.
  void open(const ProfileFileConfig& config);
  void sync(std::vector<WantedProfile> wanted);
  // leave() ends it for a program that takes this one's place; the file stays as it is.
  void leave();
  // end() begins a clean stop; finished() once it is done, or there is nothing to do.
  void end();
  bool finished() const { return !sink_ || sink_->ended(); }
  // outcome() is what the clean stop came to; an error too where it is not finished().
  Done outcome() { return sink_ ? sink_->finish(milliseconds(0)) : done(); }

 private:
  void begin();
  void take_reports();

  EventLoop& loop_;
  std::function<void()> opened_;
  std::function<void(ProfileSink::Report)> told_;
  ProfileFileConfig config_;
  std::unique_ptr<ProfileSink> sink_;
  bool ending_ = false;
};

}  // namespace mdh
