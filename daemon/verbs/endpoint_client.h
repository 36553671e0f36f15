// Asks a running daemon over loopback HTTP, by libcurl. Finds it through endpoint.json or
// --endpoint. No proxy, no redirect, 1 s to connect, 3 s in all. One thread at a time; start_curl()
// comes first.
#pragma once

#include <optional>
#include <string>

#include "common/result.h"
#include "common/secret.h"
#include "daemon/config/folders.h"
#include "daemon/config/load_config.h"

namespace mdh {

struct ClientReply {
  int status = 0;
  Secret body;
};

class EndpointClient {
 public:
  // find() is the daemon of endpoint.json, or at `url` when that is given (then the token file
  // comes from endpoint.json or AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, if any). Asks nobody. An
  // Error of class unreachable when there is no endpoint.json.
  static Result<EndpointClient> find(const SourceOptions& source,
                                     const std::optional<std::string>& url);
  explicit EndpointClient(EndpointRecord record);

  // get() and post() are one exchange with the first address that answers, whatever its status. An
  // Error of class unreachable says that no daemon answers; of class config that the token cannot
  // be read.
  Result<ClientReply> get(const std::string& path) const;
  Result<ClientReply> get_with_token(const std::string& path) const;
  Result<ClientReply> post(const std::string& path) const;

  // base_url() is what to publish: the IPv4 address where there is one, since some SDKs take no
  // other (R1). No slash at the end.
  const std::string& base_url() const;
  const std::string& token_file() const { return record_.token_file; }
  // token() is the token file's content.
  Result<Secret> token() const;

 private:
  EndpointRecord record_;
};

}  // namespace mdh
