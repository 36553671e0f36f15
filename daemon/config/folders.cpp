#include "daemon/config/folders.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "daemon/system/environment.h"
#include "daemon/system/read_file.h"
#include "daemon/system/write_file.h"

namespace mdh {
namespace {

constexpr char kOurs[] = "/mdh-credentials";
constexpr char kRecord[] = "/endpoint.json";

// systemd gives several folders as one text, separated by colons; the first is ours.
std::optional<std::string> service_folder(const char* variable) {
  const auto folders = environment_variable(variable);
  if (!folders) return std::nullopt;
  return folders->substr(0, folders->find(':'));
}

std::optional<std::string> state_folder(const SourceOptions& options) {
  if (options.state_dir) return expanded(*options.state_dir);
  if (auto given = service_folder("STATE_DIRECTORY")) return given;
  if (const auto base = environment_variable("XDG_STATE_HOME")) return *base + kOurs;
  const std::string home = home_folder();
  if (home.empty()) return std::nullopt;
  return home + "/.local/state" + kOurs;
}

std::optional<std::string> runtime_folder(const SourceOptions& options) {
  if (options.runtime_dir) return expanded(*options.runtime_dir);
  if (auto given = service_folder("RUNTIME_DIRECTORY")) return given;
  if (const auto base = environment_variable("XDG_RUNTIME_DIR")) return *base + kOurs;
  if (const auto state = state_folder(options)) return *state + "/runtime";
  return std::nullopt;
}

Done make_folder(const std::string& path) {
  std::error_code fault;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), fault);
  if (::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST) {
    struct stat found {};
    if (::stat(path.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return done();
    errno = ENOTDIR;
  }
  return Error{.error_class = ErrorClass::storage,
               .message = "cannot make the folder " + path + ": " + std::strerror(errno),
               .hint = "name another one with --state-dir or --runtime-dir"};
}

Result<EndpointRecord> read_record(const std::string& path) {
  const auto text = read_text(path);
  if (!text) return text.error();
  const auto json = nlohmann::json::parse(*text, nullptr, false);
  const Error broken{.error_class = ErrorClass::config,
                     .stage = Stage::endpoint,
                     .message = path + " is not a record of a running daemon"};
  if (!json.is_object() || !json.contains("urls") || !json["urls"].is_array()) return broken;
  EndpointRecord record;
  for (const auto& url : json["urls"]) {
    if (!url.is_string()) return broken;
    record.urls.push_back(url.get<std::string>());
  }
  if (record.urls.empty()) return broken;
  if (json.contains("token_file") && json["token_file"].is_string()) {
    record.token_file = json["token_file"].get<std::string>();
  }
  if (json.contains("pid") && json["pid"].is_number_integer()) record.pid = json["pid"].get<int>();
  return record;
}

std::vector<std::string> places(const SourceOptions& options) {
  std::vector<std::string> all;
  if (options.runtime_dir) all.push_back(expanded(*options.runtime_dir));
  if (const auto given = service_folder("RUNTIME_DIRECTORY")) all.push_back(*given);
  if (const auto base = environment_variable("XDG_RUNTIME_DIR")) all.push_back(*base + kOurs);
  if (const auto state = state_folder(options)) all.push_back(*state + "/runtime");
  all.push_back(std::string("/run") + kOurs);
  return all;
}

}  // namespace

Result<Folders> open_folders(const SourceOptions& options) {
  const auto state = state_folder(options);
  const auto runtime = runtime_folder(options);
  if (!state || !runtime) {
    return Error{.message =
                     "there is no place for the state: neither STATE_DIRECTORY, "
                     "XDG_STATE_HOME nor a home folder is known",
                 .hint = "name one with --state-dir"};
  }
  for (const std::string& path : {*state, *runtime}) {
    if (Done made = make_folder(path); !made) return made.error();
  }
  return Folders{*state, *runtime};
}

Done write_endpoint_record(const std::string& runtime_dir, const EndpointRecord& record) {
  const nlohmann::json json{
      {"urls", record.urls}, {"token_file", record.token_file}, {"pid", record.pid}};
  return write_small_file(
      runtime_dir + kRecord,
      json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", {.mode = 0644});
}

void remove_endpoint_record(const std::string& runtime_dir) {
  ::unlink((runtime_dir + kRecord).c_str());
}

Result<EndpointRecord> find_endpoint_record(const SourceOptions& options) {
  std::string looked;
  for (const std::string& place : places(options)) {
    if (auto record = read_record(place + kRecord)) return record;
    looked.append(looked.empty() ? "" : ", ").append(place);
  }
  return Error{.error_class = ErrorClass::unreachable,
               .stage = Stage::endpoint,
               .message = "no running daemon is known: no endpoint.json in " + looked,
               .hint = "start one (mdh-credentials serve), or name it with --endpoint URL"};
}

}  // namespace mdh
