// Where state and runtime files live, and endpoint.json by which the other verbs find the daemon.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "daemon/config/load_config.h"

namespace mdh {

struct Folders {
  std::string state;    // 0700, created
  std::string runtime;  // 0700 (0755 when systemd's), created
};

// open_folders() looks at: options, $STATE_DIRECTORY / $RUNTIME_DIRECTORY, XDG,
// state/runtime.
Result<Folders> open_folders(const SourceOptions& options);

struct EndpointRecord {
  std::vector<std::string> urls;  // "http://127.0.0.1:6340"
  std::string token_file;
  int pid = 0;
};
Done write_endpoint_record(const std::string& runtime_dir, const EndpointRecord& record);
void remove_endpoint_record(const std::string& runtime_dir);
// find_endpoint_record() looks in --runtime-dir, $RUNTIME_DIRECTORY,
// $XDG_RUNTIME_DIR/mdh-credentials, the state folder's runtime folder, /run/mdh-credentials, in
// this order; creates nothing.
Result<EndpointRecord> find_endpoint_record(const SourceOptions& options);

}  // namespace mdh
