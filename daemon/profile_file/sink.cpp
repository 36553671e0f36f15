#include "daemon/profile_file/sink.h"

#include <poll.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "common/profile_file/pace.h"
#include "daemon/system/file_watch.h"
#include "daemon/system/give_up.h"
#include "daemon/system/wake_event.h"

namespace mdh {
namespace {

using std::chrono::steady_clock;

// A failed write is tried again after 1, 2, 4 … 60 s; sooner when the file or what is wanted
// changes.
constexpr seconds kFirstRetry{1};
constexpr seconds kLongestRetry{60};
constexpr const char* kFightRemark =
    " is being undone by another program again and again, and put right every 2 s: find the "
    "program "
    "that rewrites it, or use profile_file.enabled false and the endpoint";

}  // namespace

// Kept by its thread too, which may stand in a write for ever.
class ProfileSink::SinkThread : public std::enable_shared_from_this<SinkThread> {
 public:
  SinkThread(ProfileFileConfig config, std::string program)
      : remove_at_end_(config.on_stop == ProfileFileConfig::OnStop::remove),
        writer_(std::move(config), std::move(program)) {}
  SinkThread(const SinkThread&) = delete;
  SinkThread& operator=(const SinkThread&) = delete;

  void start() {
    start_thread([self = shared_from_this()] { self->run(); }).detach();
  }

  void sync(std::vector<WantedProfile> wanted) {
    const std::lock_guard lock(mutex_);
    if (handed_over_ && wanted == *handed_over_) return;
    handed_over_ = std::move(wanted);
    fresh_ = true;
    work_.ring();
  }

  int event_fd() const { return news_.fd(); }

  std::vector<Report> reports() {
    const std::lock_guard lock(mutex_);
    if (!ended_) news_.take();
    return std::exchange(news_reports_, {});
  }

  // Only an end() or finish() of the sink's is a clean stop; a sink that makes way for another
  // leaves the file alone.
  void end(bool clean) {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    clean_ = clean_ || clean;
    work_.ring();
  }

  bool ended() {
    const std::lock_guard lock(mutex_);
    return ended_;
  }

  Done finish(milliseconds most) {
    end(true);
    std::unique_lock lock(mutex_);
    if (ended_signal_.wait_for(lock, most, [this] { return ended_; })) return removed_;
    return Error{.error_class = ErrorClass::storage,
                 .message = "the profile file was still being written, and is left as it is"};
  }

 private:
  // What the thread was handed; `changed` when it is not what was written last.
  struct Orders {
    bool ending = false;
    bool changed = false;
    bool clean = false;
  };

  Orders take_orders() {
    const std::lock_guard lock(mutex_);
    work_.take();
    if (fresh_) wanted_ = *handed_over_;
    return {ending_, std::exchange(fresh_, false), clean_};
  }

  void run() {
    watch_->watch(writer_.files());
    Orders orders;
    while (!orders.ending) {
      wait();
      orders = take_orders();
      // Undone at once after our own write, a file is again what the watch saw last.
      const bool touched = !watch_->changed().empty() || wrote_;
      wrote_ = false;
      if (orders.changed || touched) retries_ = 0;  // the long waits are for what stands still
      const bool due = retry_at_ && steady_clock::now() >= *retry_at_;
      if (orders.changed || touched || due) reconcile(orders.changed);
    }
    const bool removing = remove_at_end_ && orders.clean;
    Done removed = removing ? writer_.remove(wanted_) : done();
    watch_.reset();  // takes the kernel some 15 ms
    const std::lock_guard lock(mutex_);
    removed_ = std::move(removed);
    ended_ = true;
    ended_signal_.notify_all();
    news_.ring();
  }

  void wait() {
    pollfd sources[] = {{work_.fd(), POLLIN, 0}, {watch_->poll_fd(), POLLIN, 0}};
    int timeout = -1;
    if (retry_at_) {
      const auto left = std::chrono::ceil<milliseconds>(*retry_at_ - steady_clock::now());
      timeout = static_cast<int>(std::max<milliseconds::rep>(left.count(), 0));
    }
    ::poll(sources, 2, timeout);
  }

  void reconcile(bool wanted_changed) {
    retry_at_.reset();
    const auto now = steady_clock::now();
    if (!wanted_changed && pace_.next(now) > now) {
      retry_at_ = pace_.next(now);
      return;
    }
    if (wanted_.empty()) return;
    // Our own rename will be seen as a change, too; the look that follows finds all well.
    const auto written = writer_.write(wanted_);
    if (!written) {
      tell(written.error());
      return retry_after(written.error());
    }
    retries_ = 0;
    wrote_ = written->replaced > 0;
    if (wrote_) pace_.note_write(steady_clock::now(), !wanted_changed);
    tell(std::nullopt);
  }

  void retry_after(const Error& error) {
    const seconds backoff = std::min(kLongestRetry, kFirstRetry * (1 << std::min(retries_++, 6)));
    retry_at_ = steady_clock::now() + error.retry_after.value_or(backoff);
  }

  void tell(const std::optional<Error>& error) {
    const std::string fight =
        pace_.is_fight(steady_clock::now()) ? writer_.files().front() + kFightRemark : "";
    auto reports = writer_.report(wanted_, error, fight);  // reads files: before the lock
    const std::lock_guard lock(mutex_);
    for (Report& report : reports) {
      auto [told, first] = told_.try_emplace(report.profile, report.status);
      if (!first && told->second == report.status) continue;
      told->second = report.status;
      news_reports_.push_back(std::move(report));
    }
    if (!news_reports_.empty()) news_.ring();
  }

  const bool remove_at_end_;
  WakeEvent work_;
  WakeEvent news_;

  std::mutex mutex_;  // guards the next ones
  std::optional<std::vector<WantedProfile>> handed_over_;
  std::vector<Report> news_reports_;
  std::condition_variable ended_signal_;
  bool fresh_ = false;
  bool ending_ = false;
  bool clean_ = false;
  bool ended_ = false;
  Done removed_ = done();

  // The thread's own.
  ProfileWriter writer_;
  std::optional<FileWatch> watch_{std::in_place};
  std::vector<WantedProfile> wanted_;
  std::map<std::string, FileStatus> told_;
  std::optional<steady_clock::time_point> retry_at_;
  WritePace pace_;
  int retries_ = 0;
  bool wrote_ = false;
};

ProfileSink::ProfileSink(ProfileFileConfig config, std::string program)
    : thread_(std::make_shared<SinkThread>(std::move(config), std::move(program))) {
  thread_->start();
}
ProfileSink::~ProfileSink() {
  leave();
}

void ProfileSink::sync(std::vector<WantedProfile> wanted) {
  thread_->sync(std::move(wanted));
}
int ProfileSink::event_fd() const {
  return thread_->event_fd();
}
std::vector<ProfileSink::Report> ProfileSink::reports() {
  return thread_->reports();
}
void ProfileSink::end() {
  thread_->end(true);
}
void ProfileSink::leave() {
  thread_->end(false);
}
bool ProfileSink::ended() const {
  return thread_->ended();
}
Done ProfileSink::finish(milliseconds most) {
  return thread_->finish(most);
}

}  // namespace mdh
