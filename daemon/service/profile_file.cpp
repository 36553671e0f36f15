#include "daemon/service/profile_file.h"

#include "daemon/system/environment.h"

namespace mdh {

ProfileFile::~ProfileFile() {
  if (sink_) loop_.forget(sink_->event_fd());
}

void ProfileFile::open(const ProfileFileConfig& config) {
  if (ending_) return;
  config_ = config;
  if (finished()) return begin();
  sink_->leave();
}

void ProfileFile::sync(std::vector<WantedProfile> wanted) {
  if (sink_) sink_->sync(std::move(wanted));
}

void ProfileFile::end() {
  ending_ = true;
  if (sink_) sink_->end();
}

void ProfileFile::leave() {
  ending_ = true;
  if (sink_) sink_->leave();
}

void ProfileFile::begin() {
  sink_.reset();
  opened_();
  if (!config_.enabled) return;
  sink_ = std::make_unique<ProfileSink>(config_, own_program());
  loop_.on_readable(sink_->event_fd(), [this] { take_reports(); });
}

void ProfileFile::take_reports() {
  for (ProfileSink::Report& report : sink_->reports()) told_(std::move(report));
  if (!sink_->ended()) return;
  loop_.forget(sink_->event_fd());
  if (!ending_) begin();
}

}  // namespace mdh
