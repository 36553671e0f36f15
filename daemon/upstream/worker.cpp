#include "daemon/upstream/worker.h"

#include <malloc.h>

#include <climits>
#include <deque>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "common/upstream/assertion.h"
#include "common/upstream/credential_exchange.h"
#include "common/upstream/token_exchange.h"
#include "daemon/system/clock.h"
#include "daemon/system/entropy.h"
#include "daemon/config/read_key.h"
#include "daemon/system/give_up.h"
#include "daemon/system/wake_event.h"

namespace mdh {
namespace {

Stage stage_of(const Errand& errand) {
  return errand.kind == Errand::Kind::token ? Stage::token : Stage::exchange;
}

const ProjectConfig& project_of(const Errand& errand) {
  return errand.account->projects.at(errand.project);
}

WallTime signing_time(const Errand& errand, Now now) {
  if (!errand.upstream_since_boot) return now.wall;
  return WallTime(now.boot.time_since_epoch() + *errand.upstream_since_boot);
}

std::string name_of(const KeySource& source) {
  switch (source.kind) {
    case KeySource::Kind::credential:
      return "credential:" + source.name;
    case KeySource::Kind::environment:
      return "env:" + source.name;
    case KeySource::Kind::file:
    case KeySource::Kind::text:
      break;
  }
  return source.name;
}

Result<HttpRequest> signed_request(const Errand& errand) {
  const AccountConfig& account = *errand.account;
  const Result<Secret> pem = read_key(account.private_key);
  if (!pem) return pem.error();
  const auto key = SigningKey::from_pem(pem->reveal(), name_of(account.private_key));
  if (!key) return key.error();
  const WallTime now = signing_time(errand, read_clocks());
  const auto assertion = make_assertion(account, *key, now, random_uuid());
  if (!assertion) return assertion.error();
  return token_request(account, *assertion);
}

Result<HttpRequest> request_for(const Errand& errand) {
  if (errand.kind == Errand::Kind::token) return signed_request(errand);
  return credentials_request(project_of(errand), *errand.token);
}

// A parsed value goes into the shared, immutable form in which it travels on.
template <typename T>
Result<Goods> goods(Result<T> value) {
  if (!value) return value.error();
  return Goods(std::make_shared<const T>(std::move(*value)));
}

Result<Goods> read_reply(const Errand& errand, HttpReply reply, const RoundTrip& clocks) {
  if (errand.kind == Errand::Kind::token) {
    return goods(read_token(*errand.account, std::move(reply), clocks));
  }
  return goods(read_credentials(project_of(errand), std::move(reply), clocks));
}

Error failure(const Errand& errand, const CurlTransport::Completion& completion) {
  Error error = completion.reply.error();
  error.stage = stage_of(errand);
  const bool hint = errand.kind == Errand::Kind::exchange && completion.host_not_found;
  return hint ? with_shape_hint(std::move(error), project_of(errand)) : error;
}

// Outbox is what the courier's thread hands over; the bell tells an event loop.
class Outbox {
 public:
  int event_fd() const { return full_.fd(); }

  void put(ErrandReport report) {
    const std::lock_guard lock(mutex_);
    reports_.push_back(std::move(report));
    full_.ring();
  }

  std::vector<ErrandReport> take() {
    const std::lock_guard lock(mutex_);
    full_.take();
    return std::exchange(reports_, {});
  }

 private:
  WakeEvent full_;
  std::mutex mutex_;
  std::vector<ErrandReport> reports_;
};

}  // namespace

class Courier::Road {
 public:
  explicit Road(TransportOptions options)
      : options_(std::move(options)),
        transport_(options_),
        thread_(start_thread([this] { run(); })) {}
  ~Road() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    transport_.wake();
    thread_.join();
  }
  Road(const Road&) = delete;
  Road& operator=(const Road&) = delete;

  void send(Errand errand) {
    {
      const std::lock_guard lock(mutex_);
      waiting_.push_back({std::move(errand), options_});
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
    Errand errand;
    TransportOptions options;
  };
  struct Travelling {
    Errand errand;
    Now sent{};
  };

  // One errand at a time is taken, so that an end is noticed between two signatures.
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

  void run() {
    while (!stopping()) {
      while (auto waiting = next()) set_out(*std::move(waiting));
      for (auto& completion : transport_.wait(milliseconds(INT_MAX))) come_back(completion);
      // The next errand is minutes away; what TLS needed goes back to the kernel.
      if (travelling_.empty()) ::malloc_trim(0);
    }
  }

  void set_out(Waiting waiting) {
    auto request = request_for(waiting.errand);
    const Now now = read_clocks();
    if (!request) {
      return outbox_.put({waiting.errand.id, now, now, std::nullopt, request.error()});
    }
    const std::uint64_t id = waiting.errand.id;
    travelling_.insert_or_assign(id, Travelling{std::move(waiting.errand), now});
    transport_.set_options(std::move(waiting.options));
    transport_.start(id, std::move(*request));
  }

  void come_back(CurlTransport::Completion& completion) {
    const auto found = travelling_.find(completion.id);
    const Travelling travelled = std::move(found->second);
    travelling_.erase(found);
    const RoundTrip clocks{travelled.sent, read_clocks()};
    ErrandReport report{completion.id, clocks.sent, clocks.received, std::nullopt,
                        Goods(AccessTokenPtr())};
    if (completion.reply) {
      report.upstream_date = completion.reply->date();
      report.outcome = read_reply(travelled.errand, std::move(*completion.reply), clocks);
    } else {
      report.outcome = failure(travelled.errand, completion);
    }
    outbox_.put(std::move(report));
  }

  std::mutex mutex_;
  std::deque<Waiting> waiting_;
  TransportOptions options_;
  bool stopping_ = false;

  // The thread's own, but for transport_.wake().
  CurlTransport transport_;
  std::map<std::uint64_t, Travelling> travelling_;

  Outbox outbox_;
  std::thread thread_;
};

Courier::Courier(TransportOptions options) : road_(std::make_unique<Road>(std::move(options))) {}
Courier::~Courier() = default;

void Courier::send(Errand errand) {
  road_->send(std::move(errand));
}
int Courier::event_fd() const {
  return road_->outbox().event_fd();
}
std::vector<ErrandReport> Courier::reports() {
  return road_->outbox().take();
}
void Courier::set_options(TransportOptions options) {
  road_->set_options(std::move(options));
}

}  // namespace mdh
