#include "daemon/profile_file/rivals.h"

#include "daemon/profile_file/edit_file.h"

namespace mdh {

Result<std::vector<Outranking>> rivals_of(const AwsPaths& paths, std::string_view profile,
                                          Offer offer) {
  const auto credentials = read_file(paths.credentials);
  if (!credentials) return credentials.error();
  const auto config = read_file(paths.config);
  if (!config) return config.error();
  return outranking({paths.credentials, credentials->reveal(), paths.config, config->reveal()},
                    profile, offer);
}

std::vector<std::string> metadata_borrowers_of(const AwsPaths& paths) {
  const auto credentials = read_file(paths.credentials);
  const auto config = read_file(paths.config);
  return metadata_borrowers({paths.credentials, credentials ? credentials->reveal() : "",
                             paths.config, config ? config->reveal() : ""});
}

}  // namespace mdh
