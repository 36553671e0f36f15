#include "daemon/upstream/transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>

#include "daemon/system/give_up.h"
#include "daemon/system/wiped_heap.h"

namespace mdh {
namespace {

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};

}  // namespace

class Transport::Work {
 public:
  explicit Work(TransportOptions options) : options_(std::move(options)), multi_(start()) {}
  ~Work() {
    for (const auto& [easy, flight] : flights_) curl_multi_remove_handle(multi_.get(), easy);
  }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;

  void set_options(TransportOptions options) { options_ = std::move(options); }
  bool busy() const { return !flights_.empty() || !completions_.empty(); }

  void start(std::uint64_t id, UpstreamRequest request) {
    auto transfer = Transfer::prepare(std::move(request), options_);
    if (!transfer) return completions_.push_back({id, transfer.error()});
    CURL* easy = (*transfer)->handle();
    if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK)
      give_up("libcurl a transfer", ENOMEM);
    flights_.emplace(easy, Flight{id, std::move(*transfer)});
  }

  std::vector<Completion> wait(milliseconds most) {
    using std::chrono::steady_clock;
    const auto until =
        steady_clock::now() + std::clamp(most, milliseconds(0), milliseconds(INT_MAX));
    for (;;) {
      turn();
      const auto left = std::chrono::ceil<milliseconds>(until - steady_clock::now());
      if (woken_.exchange(false) || !completions_.empty() || left <= milliseconds(0)) break;
      curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(left.count()), nullptr);
    }
    return std::exchange(completions_, {});
  }

  void wake() {
    woken_ = true;
    curl_multi_wakeup(multi_.get());
  }

 private:
  struct Flight {
    std::uint64_t id = 0;
    std::unique_ptr<Transfer> transfer;
  };

  static CURLM* start() {
    start_curl();
    CURLM* multi = curl_multi_init();
    // Where libcurl gets no socket pair it starts all the same, and wake() would wake nobody.
    if (multi == nullptr || curl_multi_wakeup(multi) != CURLM_OK) {
      give_up("libcurl a socket pair", EMFILE);
    }
    return multi;
  }

  void turn() {
    int running = 0;
    curl_multi_perform(multi_.get(), &running);
    int waiting = 0;
    while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &waiting)) {
      if (message->msg == CURLMSG_DONE) land(message->easy_handle, message->data.result);
    }
  }

  void land(CURL* easy, CURLcode code) {
    const auto found = flights_.find(easy);
    auto [reply, host_not_found] = found->second.transfer->end(code);
    completions_.push_back({found->second.id, std::move(reply), host_not_found});
    curl_multi_remove_handle(multi_.get(), easy);
    flights_.erase(found);
  }

  TransportOptions options_;
  std::unique_ptr<CURLM, FreeMulti> multi_;
  std::map<CURL*, Flight> flights_;
  std::vector<Completion> completions_;
  std::atomic<bool> woken_{false};
};

Transport::Transport(TransportOptions options)
    : work_(std::make_unique<Work>(std::move(options))) {}
Transport::~Transport() = default;

void Transport::set_options(TransportOptions options) {
  work_->set_options(std::move(options));
}
void Transport::start(std::uint64_t id, UpstreamRequest request) {
  work_->start(id, std::move(request));
}
bool Transport::busy() const {
  return work_->busy();
}
std::vector<Transport::Completion> Transport::wait(milliseconds most) {
  return work_->wait(most);
}
void Transport::wake() {
  work_->wake();
}

// libcurl copies header fields and form bodies about; freed copies of a token must not stay.
void start_curl() {
  static const bool started =
      curl_global_init_mem(CURL_GLOBAL_DEFAULT, std::malloc, wiping_free, wiping_realloc, ::strdup,
                           std::calloc) == CURLE_OK;
  if (!started) give_up("libcurl its start", ENOMEM);
}

}  // namespace mdh
