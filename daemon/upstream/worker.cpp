#include "daemon/upstream/worker.h"

#include <malloc.h>

#include <climits>
#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "common/upstream/clock_reading.h"
#include "common/upstream/credential_exchange.h"
#include "common/upstream/token_exchange.h"
#include "daemon/system/clock.h"
#include "daemon/system/give_up.h"
#include "daemon/system/wake_event.h"
#include "daemon/upstream/signing.h"

namespace mdh {
namespace {

Stage stage_of(const UpstreamCall& call) {
  return call.kind == UpstreamCall::Kind::exchange ? Stage::exchange : Stage::token;
}

const ProjectConfig& project_of(const UpstreamCall& call) {
  return call.account->projects.at(call.project);
}

Result<UpstreamRequest> request_for(const UpstreamCall& call) {
  if (call.kind == UpstreamCall::Kind::clock) return bare_request(call.url);
  return credentials_request(project_of(call), *call.token);
}

// A parsed value goes into the shared, immutable form in which it travels on.
template <typename T>
Result<CallResult> shared_result(Result<T> value) {
  if (!value) return value.error();
  return CallResult(std::make_shared<const T>(std::move(*value)));
}

Result<CallResult> read_reply(const UpstreamCall& call, UpstreamReply reply,
                              const RoundTrip& clocks) {
  if (call.kind == UpstreamCall::Kind::clock) return CallResult(AccessTokenPtr());
  if (call.kind == UpstreamCall::Kind::token) {
    return shared_result(read_token(*call.account, std::move(reply), clocks));
  }
  return shared_result(read_credentials(project_of(call), std::move(reply), clocks));
}

Error failure(const UpstreamCall& call, const Transport::Completion& completion) {
  Error error = completion.reply.error();
  error.stage = stage_of(call);
  const bool hint = call.kind == UpstreamCall::Kind::exchange && completion.host_not_found;
  return hint ? with_shape_hint(std::move(error), project_of(call)) : error;
}

// Outbox is what the worker's thread hands over; the bell tells an event loop.
class Outbox {
 public:
  int event_fd() const { return full_.fd(); }

  void put(CallReport report) {
    const std::lock_guard lock(mutex_);
    reports_.push_back(std::move(report));
    full_.ring();
  }

  std::vector<CallReport> take() {
    const std::lock_guard lock(mutex_);
    full_.take();
    return std::exchange(reports_, {});
  }

 private:
  WakeEvent full_;
  std::mutex mutex_;
  std::vector<CallReport> reports_;
};

}  // namespace

class Worker::WorkerThread {
 public:
  explicit WorkerThread(TransportOptions options)
      : options_(std::move(options)),
        transport_(options_),
        signing_([this] { transport_.wake(); }),
        thread_(start_thread([this] { run(); })) {}
  ~WorkerThread() {
    begin_end();
    thread_.join();
  }
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;

  bool end(milliseconds most) {
    begin_end();
    std::unique_lock lock(mutex_);
    return ended_signal_.wait_for(lock, most, [this] { return ended_; });
  }

  void send(UpstreamCall call) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({std::move(call), options_});
    }
    transport_.wake();
  }

  void set_options(TransportOptions options) {
    const std::lock_guard lock(mutex_);
    options_ = std::move(options);
  }

  Outbox& outbox() { return outbox_; }

 private:
  struct Waiting {
    UpstreamCall call;
    TransportOptions options;
  };
  struct Running {
    UpstreamCall call;
    Now sent{};
  };

  std::optional<Waiting> next() {
    const std::lock_guard lock(mutex_);
    if (stopping_ || waiting_.empty()) return std::nullopt;
    Waiting first = std::move(waiting_.front());
    waiting_.pop_front();
    return first;
  }

  bool stopping() {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  void begin_end() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    transport_.wake();
  }

  void run() {
    while (!stopping()) {
      while (auto waiting = next()) start_call(*std::move(waiting));
      for (Signing::Signed& one : signing_.ended()) take_signed(one);
      for (auto& completion : transport_.wait(milliseconds(INT_MAX))) end_call(completion);
      // The next call is minutes away; what TLS needed goes back to the kernel.
      if (running_.empty() && !signing_.busy()) ::malloc_trim(0);
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    ended_signal_.notify_all();
  }

  void start_call(Waiting waiting) {
    if (waiting.call.kind == UpstreamCall::Kind::token) {
      const std::uint64_t id = waiting.call.id;
      const auto found = unsigned_.insert_or_assign(id, std::move(waiting)).first;
      return signing_.begin(found->second.call);
    }
    auto request = request_for(waiting.call);
    send_request(std::move(waiting), std::move(request));
  }

  void take_signed(Signing::Signed& one) {
    auto waiting = std::move(unsigned_.extract(one.id).mapped());
    send_request(std::move(waiting), std::move(one.request));
  }

  void send_request(Waiting waiting, Result<UpstreamRequest> request) {
    const Now now = read_clocks();
    if (!request) {
      return outbox_.put({waiting.call.id, now, now, std::nullopt, request.error()});
    }
    const std::uint64_t id = waiting.call.id;
    running_.insert_or_assign(id, Running{std::move(waiting.call), now});
    transport_.set_options(std::move(waiting.options));
    transport_.start(id, std::move(*request));
  }

  void end_call(Transport::Completion& completion) {
    const auto found = running_.find(completion.id);
    const Running ended = std::move(found->second);
    running_.erase(found);
    const RoundTrip clocks{ended.sent, read_clocks()};
    CallReport report{completion.id, clocks.sent, clocks.received, std::nullopt,
                      CallResult(AccessTokenPtr())};
    if (completion.reply) {
      report.reading = clock_reading(*completion.reply, clocks);
      report.outcome = read_reply(ended.call, std::move(*completion.reply), clocks);
    } else {
      report.outcome = failure(ended.call, completion);
    }
    outbox_.put(std::move(report));
  }

  std::mutex mutex_;
  std::deque<Waiting> waiting_;
  TransportOptions options_;
  std::condition_variable ended_signal_;
  bool stopping_ = false;
  bool ended_ = false;

  // The thread's own, but for transport_.wake().
  Transport transport_;
  Signing signing_;  // wakes the transport, so it goes before it
  std::map<std::uint64_t, Waiting> unsigned_;
  std::map<std::uint64_t, Running> running_;

  Outbox outbox_;
  std::thread thread_;
};

Worker::Worker(TransportOptions options)
    : thread_(std::make_unique<WorkerThread>(std::move(options))) {}
Worker::~Worker() = default;

bool Worker::end(milliseconds most) {
  return thread_->end(most);
}
void Worker::send(UpstreamCall call) {
  thread_->send(std::move(call));
}
int Worker::event_fd() const {
  return thread_->outbox().event_fd();
}
std::vector<CallReport> Worker::reports() {
  return thread_->outbox().take();
}
void Worker::set_options(TransportOptions options) {
  thread_->set_options(std::move(options));
}

}  // namespace mdh
