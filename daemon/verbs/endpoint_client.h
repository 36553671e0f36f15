// Finds a running daemon and asks it: over its socket, or with --endpoint over TCP of this machine.
// One thread at a time.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/report/status_view.h"
#include "common/result.h"
#include "daemon/verbs/exchange.h"
#include "daemon/verbs/options.h"

namespace mdh {

// Where a daemon is reached: its socket, or an address with the token for it.
struct DaemonAddress {
  SocketPlace socket{};
  std::string url{};         // not empty: instead of the socket; no slash at the end
  std::string token_file{};  // for the url; empty: none is known
};

class EndpointClient {
 public:
  // Asks nobody yet.
  explicit EndpointClient(DaemonAddress address) : address_(std::move(address)) {}

  // get() and post() are one exchange, whatever its status. An Error of class unreachable says that
  // no daemon answers; of class config that the token, which TCP wants for some routes, cannot be
  // read.
  Result<ClientReply> get(const std::string& path) const;
  Result<ClientReply> get_credentials(const std::string& profile) const;
  Result<ClientReply> post(const std::string& path) const;
  // ask_status() reads GET /status, and keeps what follows from it.
  Done ask_status();

  const StatusView& status() const { return status_; }
  const std::string& status_text() const { return status_text_; }
  // where() is the socket or the URL, for people.
  const std::string& where() const;
  // base_url() is what to publish: the IPv4 address where there is one, since some SDKs take no
  // other (R1). Empty where the daemon tells none. No slash at the end.
  std::string base_url() const;
  const std::string& token_file() const;
  // token() is the token file's content.
  Result<Secret> token() const;
  // ask_token_file() is the file of the caller's own token, which the daemon makes where it is
  // asked over the socket; an Error tells that the caller may have nothing.
  Result<std::string> ask_token_file() const;

 private:
  DaemonAddress address_;
  StatusView status_;
  std::string status_text_;
};

// refusal() is why the daemon gave no credentials, in its own words.
Error refusal(const std::string& profile, const ClientReply& reply);

// A place that was looked at, and why it was not taken; empty: it was.
struct TriedPlace {
  std::string path;
  std::string why_not;
};

struct DaemonSearch {
  std::optional<EndpointClient> client;  // of which the status was asked
  std::vector<TriedPlace> tried;
};

// search_daemon() tries place after place until one answers as a daemon does. find_daemon() is the
// same for who wants the daemon or an Error (class unreachable) that tells what was tried.
DaemonSearch search_daemon(const Command& command);
Result<EndpointClient> find_daemon(const Command& command);
Error no_daemon(const DaemonSearch& search);

}  // namespace mdh
