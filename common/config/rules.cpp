#include "common/config/rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <numeric>
#include <utility>

#include "common/ascii.h"
#include "common/white_space.h"

namespace mdh {
namespace {

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// 1 to `most` characters, each a letter, a digit or one of `others`.
bool made_of(std::string_view text, std::string_view others, std::size_t most) {
  return !text.empty() && text.size() <= most && std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alphanumeric(c) || others.find(c) != std::string_view::npos;
  });
}

bool starts_with_any_case(std::string_view text, std::string_view lower) {
  return text.size() >= lower.size() &&
         std::equal(lower.begin(), lower.end(), text.begin(), [](char want, char is) {
           return want == (is >= 'A' && is <= 'Z' ? static_cast<char>(is - 'A' + 'a') : is);
         });
}

std::optional<int> number(std::string_view text, int most) {
  int value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ec != std::errc() || read.ptr != end || value < 0 || value > most) return std::nullopt;
  return value;
}

bool is_loopback_v4(std::string_view host) {
  std::array<std::string_view, 4> parts;
  for (std::size_t i = 0; i < 4; ++i) {
    const std::size_t dot = host.find('.');
    if ((dot == std::string_view::npos) != (i == 3)) return false;
    parts[i] = host.substr(0, dot);
    if (i < 3) host.remove_prefix(dot + 1);
  }
  const bool numbers = std::all_of(parts.begin(), parts.end(), [](std::string_view part) {
    return part.size() <= 3 && number(part, 255) && (part.size() == 1 || part[0] != '0');
  });
  return numbers && parts[0] == "127";
}

struct HostPort {
  std::string_view host;
  std::string_view port;  // empty: none was given
  bool bracketed = false;
};

std::optional<HostPort> split_authority(std::string_view authority) {
  HostPort split;
  if (authority.substr(0, 1) == "[") {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    split = {authority.substr(1, end - 1), {}, true};
    authority.remove_prefix(end + 1);
  } else {
    split.host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(split.host.size());
  }
  if (authority.empty()) return split;
  split.port = authority.substr(1);
  if (authority[0] != ':' || split.port.empty()) return std::nullopt;
  return split;
}

bool is_loopback(const HostPort& at) {
  return at.bracketed ? at.host == "::1" : at.host == "localhost" || is_loopback_v4(at.host);
}

}  // namespace

bool is_loopback_host(std::string_view host) {
  return host == "localhost" || host == "[::1]" || is_loopback_v4(host);
}

bool is_profile(std::string_view text) {
  return made_of(text, "._@-", 64) && text != "DEFAULT";
}

bool is_upstream_url(std::string_view text) {
  const bool visible = std::all_of(text.begin(), text.end(), [](char c) {
    return c > ' ' && c < '\x7f' &&
           std::string_view("\"<>\\^`|#").find(c) == std::string_view::npos;
  });
  const bool https = starts_with_any_case(text, "https://");
  if (!visible || text.size() > 2048 || (!https && !starts_with_any_case(text, "http://"))) {
    return false;
  }
  const std::string_view rest = text.substr(https ? 8 : 7);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?"));
  if (authority.find('@') != std::string_view::npos) return false;
  const auto at = split_authority(authority);
  if (!at || (!at->port.empty() && number(at->port, 65535).value_or(0) == 0)) return false;
  if (!made_of(at->host, at->bracketed ? ":." : "._-", 253)) return false;
  return https || is_loopback(*at);
}

bool is_line(std::string_view text) {
  if (text.empty() || text.size() > 256 || text.front() == ' ' || text.back() == ' ') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c < '\x7f'; });
}

bool is_identifier(std::string_view text) {
  return made_of(text, "._~-", 128) && text != "." && text != "..";
}

bool is_region(std::string_view text) {
  const auto lower = [](char c) { return c < 'A' || c > 'Z'; };
  return made_of(text, "-", 32) && std::all_of(text.begin(), text.end(), lower);
}

bool is_user(std::string_view text) {
  return made_of(text, "._@$-", 256) && text.front() != '-';
}

bool is_user_or_group(std::string_view text) {
  if (text.substr(0, 1) == "@") return is_user(text.substr(1));
  return text != "any" && is_user(text);
}

bool is_scheme(std::string_view text) {
  return text.empty() || text == "Bearer";
}

// A folder that begins with a dollar is a variable that was not put in.
bool is_path(std::string_view text) {
  if (!can_name_a_file(text) || text.front() == '%' || blank_at(text, 0) != 0) return false;
  if (text.front() == '~' && text.size() > 1 && text[1] != '/') return false;
  return text.front() != '$' && !contains(text, "/$") && !contains(text, "${");
}

bool can_name_a_file(std::string_view text) {
  return !text.empty() && text.size() < 4096 && std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= ' ' && c != '\x7f';
  });
}

bool is_listen_address(std::string_view text) {
  return parse_listen_address(text).has_value();
}

bool may_listen_on(std::string_view host, bool is_v6) {
  if (is_v6) return host == "::1" || host == "fd00:ec2::23";
  return is_loopback_v4(host) || host == "169.254.170.2";
}

std::optional<ListenAddress> parse_listen_address(std::string_view text) {
  const auto at = split_authority(text);
  if (!at || !may_listen_on(at->host, at->bracketed)) return std::nullopt;
  const auto port = number(at->port, 65535);
  if (!port || at->port.size() > 5) return std::nullopt;
  return ListenAddress{std::string(at->host), static_cast<std::uint16_t>(*port), at->bracketed};
}

std::optional<KeyReference> parse_key_source(std::string_view text) {
  using Kind = KeyReference::Kind;
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view scheme = text.substr(0, colon);
  const std::string_view name = text.substr(colon + 1);
  if (scheme == "file" && is_path(name)) {
    return KeyReference{Kind::file, std::string(name), {}};
  }
  // A credential is a file's name in $CREDENTIALS_DIRECTORY, never a way out of it.
  if (scheme == "credential" && made_of(name, "._@:-", 255) && name[0] != '.') {
    return KeyReference{Kind::credential, std::string(name), {}};
  }
  if (scheme == "env" && made_of(name, "_", 255)) {
    return KeyReference{Kind::environment, std::string(name), {}};
  }
  constexpr std::string_view kSha256 = "SHA256:";
  const std::string_view digest = name.substr(std::min(kSha256.size(), name.size()));
  if (scheme == "agent" && name.starts_with(kSha256) && digest.size() == 43 &&
      made_of(digest, "+/", 43)) {
    return KeyReference{Kind::agent, std::string(name), {}};
  }
  return std::nullopt;
}

std::optional<LogLevel> parse_log_level(std::string_view text) {
  constexpr std::string_view kLevels[] = {"trace", "debug", "info", "warn", "error"};
  const auto found = std::find(std::begin(kLevels), std::end(kLevels), text);
  if (found == std::end(kLevels)) return std::nullopt;
  return static_cast<LogLevel>(found - std::begin(kLevels));
}

namespace {

// Levenshtein's distance, a row at a time.
std::size_t distance(std::string_view left, std::string_view right) {
  std::vector<std::size_t> row(right.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < right.size(); ++j) {
      const std::size_t changed = diagonal + (left[i] == right[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.size() > 64) return {};
  std::string_view best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string_view candidate : known) {
    const std::size_t apart = distance(word, candidate);
    if (apart < best_distance && apart < candidate.size()) {
      best = candidate;
      best_distance = apart;
    }
  }
  return best;
}

}  // namespace mdh
