// The profile file's rooms, and the .env's, as a program, for the proofs that are written in
// Python:
//   edit                                     frames in, frames out (property_test.py)
//   dotenv                                   frames in, frames out (dotenv_test.py)
//   keep FORM PATH CONFIG PROGRAM ON_STOP    a ProfileSink; a line "N" syncs generation N
//   rewrite PATH                             replaces without pause until stdin ends
//   read PATH                                reads without pause until stdin ends
#include <poll.h>
#include <unistd.h>

#include <iostream>
#include <sstream>

#include "common/config/dotenv.h"
#include "common/profile_file/section.h"
#include "daemon/profile_file/replace_file.h"
#include "daemon/profile_file/sink.h"
#include "tests/proofs/generation.h"

namespace mdh::test {
namespace {

std::string field(const std::string& word) {
  return word == "-" ? std::string() : word;
}

void answer(const Result<Secret>& result) {
  const std::string text = result ? std::string(result->reveal()) : result.error().message;
  std::cout << (result ? "ok " : "error ") << text.size() << "\n" << text << std::flush;
}

// One frame: OPERATION KIND PROFILE SECRET TOKEN EXPIRES REGION LENGTH, a line end, the text.
int edit() {
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string operation, kind_name, profile, secret, token, expires, region;
    std::size_t length = 0;
    words >> operation >> kind_name >> profile >> secret >> token >> expires >> region >> length;
    std::string text(length, '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(length));
    const auto kind =
        kind_name == "config" ? ProfileFileKind::config : ProfileFileKind::credentials;
    const std::string key_id = "AKID" + secret;
    const std::string command = "/usr/bin/mdh-credentials process --profile " + secret;
    token = field(token);
    const ProfileSection section{profile,        key_id,        secret,  token,
                                 field(expires), field(region), command, false};
    answer(operation == "take" ? without_profile(text, profile, kind)
                               : with_profile(text, section, kind));
  }
  return 0;
}

// One frame: LENGTH, a line end, the text of a .env. Out: how many values, how many lines skipped,
// whether there is an Error; then each name and value by length.
int dotenv() {
  const auto put = [](std::string_view text) { std::cout << text.size() << "\n" << text; };
  Variables environment;
  environment.emplace("OUT", Secret("outside"));
  for (std::string line; std::getline(std::cin, line);) {
    std::string text(static_cast<std::size_t>(std::atol(line.c_str())), '\0');
    std::cin.read(text.data(), static_cast<std::streamsize>(text.size()));
    const auto dotenv = parse_dotenv(text, ".env", environment);
    const Dotenv nothing;
    const Dotenv& found = dotenv ? *dotenv : nothing;
    std::cout << found.values.size() << " " << found.skipped.size() << " " << !dotenv << "\n";
    for (const auto& [name, value] : found.values) put(name), put(value.reveal());
  }
  std::cout << std::flush;
  return 0;
}

void print_reports(ProfileSink& sink) {
  for (const auto& report : sink.reports()) {
    const bool written = report.status.condition == FileCondition::written;
    const bool failed = report.status.condition == FileCondition::failed;
    std::cout << (written ? "written" : failed ? "failed " + report.status.message : "pending");
    for (const std::string& remark : report.status.remarks) std::cout << "; " << remark;
    std::cout << std::endl;
  }
}

int keep(char** words) {
  ProfileFileConfig config;
  config.form = words[0] == std::string("process") ? ProfileFileConfig::Form::process
                                                   : ProfileFileConfig::Form::keys;
  config.path = words[1];
  config.config_path = words[2];
  config.on_stop = words[4] == std::string("remove") ? ProfileFileConfig::OnStop::remove
                                                     : ProfileFileConfig::OnStop::keep;
  ProfileSink sink(config, words[3]);
  for (;;) {
    pollfd sources[] = {{0, POLLIN, 0}, {sink.event_fd(), POLLIN, 0}};
    ::poll(sources, 2, -1);
    print_reports(sink);
    if (sources[0].revents == 0) continue;
    char line[32] = {};
    if (::read(0, line, sizeof line - 1) <= 0) break;
    sink.sync({{"mdh", "eu-central-1", credentials(std::atoi(line))}});
  }
  return sink.finish(seconds(10)) ? 0 : 1;
}

int rewrite(const std::string& path) {
  long rewrites = 0;
  pollfd input{0, POLLIN, 0};
  while (::poll(&input, 1, 0) == 0) {
    if (!replace_generation(path, static_cast<int>(++rewrites))) return 1;
  }
  std::cout << rewrites << std::endl;
  return 0;
}

int read(const std::string& path) {
  long reads = 0, torn = 0;
  pollfd input{0, POLLIN, 0};
  while (::poll(&input, 1, 0) == 0) {
    const std::string text = text_of(path);
    if (text == "# mine\n[other]\nregion = x\n") continue;
    ++reads;
    torn += generation_in(text) < 0;
  }
  std::cout << reads << " " << torn << std::endl;
  return 0;
}

}  // namespace
}  // namespace mdh::test

int main(int count, char** words) {
  const std::string what = count > 1 ? words[1] : "";
  if (what == "edit") return mdh::test::edit();
  if (what == "dotenv") return mdh::test::dotenv();
  if (what == "keep" && count == 7) return mdh::test::keep(words + 2);
  if (what == "rewrite" && count == 3) return mdh::test::rewrite(words[2]);
  if (what == "read" && count == 3) return mdh::test::read(words[2]);
  return 2;
}
