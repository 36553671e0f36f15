// What went wrong, sorted by who must act. An Error is a value: one sentence without capital, full
// stop or secret ("what failed, on what, why"), a hint where something can be done, and what the
// retry policy needs to know. Safe to copy between threads.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace mdh {

enum class ErrorClass {
  config,       // the user's file, option, key or environment
  refused,      // upstream says no: invalid_client, 401, 403, 404, 410 and the like
  throttled,    // upstream says later: 429
  unreachable,  // network, TLS, proxy, timeout, 5xx
  malformed,    // upstream's answer is not what it should be
  storage       // the local disk
};

// Where in the work it happened; shown as `stage` in status, logs and the journal (MDH_STAGE=).
enum class Stage { config, key, token, exchange, file, endpoint };

struct Error {
  ErrorClass error_class = ErrorClass::config;
  Stage stage = Stage::config;
  std::string message;
  std::string hint{};                                 // empty: nothing can be done
  std::optional<std::chrono::seconds> retry_after{};  // a wait that the server itself named
  int http_status = 0;                                // 0: no HTTP answer was read
  std::string oauth_error{};  // RFC 6749 section 5.2 `error`, such as invalid_client
  std::string said{};  // the service's own words, one line, never a secret; also in `message`

  bool operator==(const Error&) const = default;
};

// name() of a class or stage is its lower-case word in status, logs and metrics; never empty.
std::string_view name(ErrorClass error_class);
std::string_view name(Stage stage);

}  // namespace mdh
