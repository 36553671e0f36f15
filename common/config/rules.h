// What a configured value may be, whoever gives it: the JSON file, the notebook's environment or an
// option. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/config.h"

namespace mdh {

// A rule for a text: what it allows, and the words that complete "must be".
struct TextRule {
  bool (*allows)(std::string_view text);
  std::string_view words;
};

// is_profile() is the AWS profile names that every SDK can read; DEFAULT is configparser's own.
bool is_profile(std::string_view text);
// is_upstream_url() is https, or http to a loopback address; no user, blank or fragment.
bool is_upstream_url(std::string_view text);
// is_loopback_host() is localhost, [::1] or a full address of 127.0.0.0/8 (not 127.1).
bool is_loopback_host(std::string_view host);
// is_line() is what goes into a claim or a header as it is: printable ASCII, no blank at its ends.
bool is_line(std::string_view text);
// is_identifier() is what goes into a URL's path as it is (RFC 3986 section 2.3).
bool is_identifier(std::string_view text);
// is_scheme() is the schemes of an Authorization header that upstream may want.
bool is_scheme(std::string_view text);
// is_region() is the form of AWS's regions.
bool is_region(std::string_view text);
// is_user() is a user's or group's name or number; whether there is one is the daemon's to ask.
bool is_user(std::string_view text);
// is_user_or_group() is a user, or a group after @; not "any", which is a list of its own.
bool is_user_or_group(std::string_view text);
// can_name_a_file() is any text that the system takes for a path.
bool can_name_a_file(std::string_view text);
// is_path() is such a text that means what it says, absolute, relative or under ~/: no variable of
// a shell or a unit that nobody has put in, no ~user, no blank in front.
bool is_path(std::string_view text);
// is_listen_address() is what parse_listen_address() reads.
bool is_listen_address(std::string_view text);

inline constexpr TextRule kProfile{is_profile, "1 to 64 of A-Z a-z 0-9 . _ @ -, and not DEFAULT"};
inline constexpr TextRule kUpstreamUrl{
    is_upstream_url,
    "an https URL (http only to a loopback address) without user name, blank or fragment"};
inline constexpr TextRule kLine{is_line, "1 to 256 printable ASCII characters on one line"};
inline constexpr TextRule kIdentifier{is_identifier, "1 to 128 of A-Z a-z 0-9 . _ ~ -"};
inline constexpr TextRule kScheme{is_scheme, "\"\" or \"Bearer\""};
inline constexpr TextRule kRegion{is_region, "an AWS region such as us-east-1"};
inline constexpr TextRule kUser{is_user_or_group,
                                "\"self\", a user's name or number, or a group's after @ "
                                "(\"any\" stands alone, in endpoint.allowed_users)"};
inline constexpr TextRule kGroup{is_user, "a group's name or number"};
inline constexpr TextRule kPath{
    is_path,
    "a path, absolute, relative or under ~/, without $VARIABLE, %x, ~user or blank in front"};
inline constexpr TextRule kListenAddress{
    is_listen_address, "ADDRESS:PORT with a loopback address, 169.254.170.2 or [fd00:ec2::23]"};

// ListenAddress is an address that may be listened on: loopback, 169.254.170.2 or fd00:ec2::23.
struct ListenAddress {
  std::string host;  // without brackets
  std::uint16_t port = 0;
  bool is_v6 = false;
};
// parse_listen_address() reads "127.0.0.1:6340" or "[::1]:0"; nothing when it is not allowed.
std::optional<ListenAddress> parse_listen_address(std::string_view text);
// may_listen_on() is parse_listen_address()'s rule on the host alone, a literal without brackets.
bool may_listen_on(std::string_view host, bool is_v6);

// parse_key_source() reads file:PATH, credential:NAME, env:VARIABLE or agent:SHA256:FINGERPRINT.
std::optional<KeyReference> parse_key_source(std::string_view text);
inline constexpr std::string_view kKeySource =
    "file:PATH, credential:NAME, env:VARIABLE or agent:SHA256:FINGERPRINT (as ssh-add -l shows it)";

std::optional<LogLevel> parse_log_level(std::string_view text);
inline constexpr std::string_view kLogLevels = "trace, debug, info, warn or error";

// nearest() is the word of `known` that `word` is a slip of the keys away from, or empty.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace mdh
