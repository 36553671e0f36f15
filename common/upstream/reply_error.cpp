#include "common/upstream/reply_error.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstdlib>

#include "common/ascii.h"

namespace mdh {
namespace {

// Digits alone; more of them than fit mean a very long time.
std::optional<seconds> delta_seconds(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::int64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  return read.ec == std::errc{} ? std::min(seconds(count), kLongestWait) : kLongestWait;
}

std::optional<seconds> retry_after(const UpstreamReply& reply, WallTime now) {
  const auto field = reply.header("Retry-After");
  if (!field) return std::nullopt;
  if (const auto delta = delta_seconds(trimmed(*field))) return delta;
  const auto date = parse_http_date(trimmed(*field));
  if (!date) return std::nullopt;
  return std::chrono::ceil<seconds>(*date - reply.date().value_or(now));
}

std::optional<seconds> rate_limit_reset(const UpstreamReply& reply) {
  if (reply.status != 429) return std::nullopt;
  const auto field = reply.header("RateLimit-Reset");
  return field ? delta_seconds(trimmed(*field)) : std::nullopt;
}

ErrorClass class_of(int status) {
  if (status == 429) return ErrorClass::throttled;
  if (status == 408 || status >= 500) return ErrorClass::unreachable;
  if (status >= 400) return ErrorClass::refused;
  return ErrorClass::malformed;
}

bool is_redirect(const UpstreamReply& reply) {
  return reply.status >= 300 && reply.status < 400;
}

// Location without what may be secret in it: query, fragment, user and password.
std::string redirect_target(const UpstreamReply& reply) {
  constexpr std::size_t kLongest = 200;
  std::string target(trimmed(reply.header("Location").value_or("")));
  target.resize(std::min(target.find_first_of("?#"), target.size()));
  const std::size_t scheme = target.find("://");
  const std::size_t host = target.starts_with("//") ? 2 : scheme + 3;
  if (target.starts_with("//") || scheme != target.npos) {
    const std::size_t user = target.substr(0, target.find('/', host)).rfind('@');
    if (user != target.npos) target.erase(host, user + 1 - host);
  }
  return visible(target) && target.size() <= kLongest ? target : std::string();
}

bool to_a_sign_in_page(std::string target) {
  std::transform(target.begin(), target.end(), target.begin(), ascii_lower);
  const auto named = [&](std::string_view word) { return contains(target, word); };
  constexpr std::string_view kWords[] = {"login",   "logon",     "signin", "sign-in",
                                         "sign_in", "/account/", "portal", "captive"};
  return std::any_of(std::begin(kWords), std::end(kWords), named);
}

std::string hint_for(const UpstreamReply& reply, std::optional<seconds> wait) {
  if (reply.status == 407) return "the proxy wants a name and password: see HTTPS_PROXY";
  if (reply.status == 429) {
    return wait ? "nothing needs to be done: the next attempt is in " +
                      std::to_string(wait->count()) + " s, as the server asked"
                : "nothing needs to be done: attempts are spaced out; see whether other programs "
                  "use the same service account";
  }
  if (reply.status >= 500) {
    return "nothing can be done here: the service has a fault of its own; attempts go on";
  }
  if (!is_redirect(reply)) return {};
  return to_a_sign_in_page(redirect_target(reply))
             ? "that is a page for people to sign in at: check the URL, and whether a proxy or "
               "portal answers in the service's place"
             : "redirects are never followed: configure the URL that it now has";
}

}  // namespace

std::optional<seconds> asked_wait(const UpstreamReply& reply, WallTime now) {
  auto wait = retry_after(reply, now);
  if (!wait) wait = rate_limit_reset(reply);
  if (!wait) return std::nullopt;
  return std::clamp(*wait, seconds(1), kLongestWait);
}

Error reply_error(Stage stage, const std::string& what, const UpstreamReply& reply, WallTime now) {
  const ErrorClass error_class = class_of(reply.status);
  Error error{error_class, stage, what + " failed: HTTP " + std::to_string(reply.status)};
  if (reply.status == 429) error.message += " (too many requests)";
  const std::string target = is_redirect(reply) ? redirect_target(reply) : "";
  if (!target.empty()) error.message += " to " + target;
  const std::string_view kind = ReplyBody(reply).kind();
  if (kind.starts_with("an ")) error.message += " with " + std::string(kind);
  if (error_class == ErrorClass::throttled || error_class == ErrorClass::unreachable) {
    error.retry_after = asked_wait(reply, now);
  }
  error.hint = hint_for(reply, error.retry_after);
  error.http_status = reply.status;
  return error;
}

void add_words(Error& error, const ReplyBody& body) {
  error.said = body.words();
  if (!error.said.empty()) error.message += "; the service says: \"" + error.said + "\"";
}

std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != url.npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const std::size_t user = url.rfind('@');
  if (user != url.npos) url.remove_prefix(user + 1);
  return std::string(url);
}

}  // namespace mdh
