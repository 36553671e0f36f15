// Another program edits the file in the very moment of its replacement, by every way that tools
// have: every edit is kept, and ours (failing_calls.cpp is preloaded).
#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <iostream>
#include <thread>

#include "daemon/profile_file/edit_file.h"
#include "tests/proofs/generation.h"
#include "tests/support/temporary_folder.h"

namespace mdh::test {
namespace {

using Edit = void (*)(const char*);
const auto around_exchange =
    reinterpret_cast<void (*)(Edit, Edit)>(dlsym(RTLD_DEFAULT, "fault_around_exchange"));

int edits = 0;    // made so far, each a section of its own
int to_make = 0;  // by the hooks; after that they do nothing
std::thread late;

std::string next_section() {
  const std::string number = std::to_string(++edits);
  return "[edit-" + number + "]\nregion = r" + number + "\n";
}

void append(const char* path) {
  if (edits == to_make) return;
  std::ofstream(path, std::ios::app) << next_section();
}

// As `aws configure set`: reads, truncates in place, writes.
void rewrite(const char* path) {
  if (edits == to_make) return;
  const std::string text = text_of(path);
  std::ofstream(path, std::ios::trunc) << text << next_section();
}

// As editors and sed -i: a new file is renamed over the old.
void replace(const char* path) {
  if (edits == to_make) return;
  const std::string beside = std::string(path) + ".theirs";
  std::ofstream(beside) << text_of(path) << next_section();
  std::rename(beside.c_str(), path);
}

// Changes a key of a section that is there.
void change_key(const char* path) {
  if (edits == to_make) return;
  std::string text = text_of(path);
  const std::string key = "k" + std::to_string(++edits) + " = v\n";
  text.insert(text.find("[other]\n") + 8, key);
  std::ofstream(path, std::ios::trunc) << text;
}

// Opened before the exchange, written long after it.
void hold(const char* path) {
  if (edits == to_make) return;
  const std::string section = next_section();
  const int fd = ::open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
  late = std::thread([fd, section] {
    std::this_thread::sleep_for(milliseconds(200));
    if (::write(fd, section.data(), section.size()) < 0) std::abort();
    ::close(fd);
  });
}

std::string read_early;

// Reads the file that stands for the moment, and rewrites it when the next one stands.
void read_now(const char* path) {
  if (edits < to_make && read_early.empty()) read_early = text_of(path);
}
void write_later(const char* path) {
  if (read_early.empty() || edits == to_make) return append(path);
  std::ofstream(path, std::ios::trunc) << read_early << next_section();
}

struct Case {
  const char* name;
  Edit before, after;
  int edits;
};

constexpr std::array kCases{
    Case{"two appends", append, append, 2},
    Case{"two rewrites", rewrite, rewrite, 2},
    Case{"two renames", replace, replace, 2},
    Case{"two changes of keys", change_key, change_key, 2},
    Case{"an append and a rename", append, replace, 2},
    Case{"three appends, round two exchanges", append, append, 3},
    Case{"five rewrites, round three exchanges", rewrite, rewrite, 5},
    Case{"an append by who holds the file open", hold, nullptr, 1},
    Case{"a rewrite of what stood for a moment", write_later, read_now, 3},
};

bool holds_edit(const std::string& text, int number) {
  const std::string digits = std::to_string(number);
  return text.find("[edit-" + digits + "]\nregion = r" + digits + "\n") != std::string::npos ||
         text.find("k" + digits + " = v\n") != std::string::npos;
}

bool prove(const Case& one) {
  const TemporaryFolder folder;
  const std::string path = folder.write("credentials", "# mine\n[other]\nregion = x\n");
  const CredentialsPtr set = credentials(1);
  FileEdit edit;
  edit.path = path;
  edit.change = [&](std::string_view text) {
    return with_profile(text, section(*set), ProfileFileKind::credentials);
  };
  edit.others = [](std::string_view text) {
    auto names = section_names(text);
    if (!names) return std::vector<std::string>{};
    std::erase(*names, "mdh");
    return *names;
  };
  edits = 0;
  to_make = one.edits;
  read_early.clear();
  FileMemory memory;
  around_exchange(one.before, one.after);
  const auto edited = edit_file(edit, memory);
  around_exchange(nullptr, nullptr);
  if (late.joinable()) late.join();
  const std::string text = text_of(path);
  int kept = 0;
  for (int i = 1; i <= one.edits; ++i) kept += holds_edit(text, i);
  const bool ours = text.find("aws_access_key_id = AKID1\n") != std::string::npos;
  const bool parses = section_names(text).ok();
  const bool clean = !look_at(draft_path(path, true)).has_value();
  std::cout << one.name << ": " << edits << " made, " << kept << " kept, ours "
            << (ours ? "kept" : "lost") << (parses ? "" : ", cannot be parsed")
            << (clean ? "" : ", a draft is left") << (edited ? "" : ", " + edited.error().message)
            << "\n";
  return edited.ok() && edits == one.edits && kept == edits && ours && parses && clean;
}

}  // namespace
}  // namespace mdh::test

int main() {
  if (mdh::test::around_exchange == nullptr) return 2;
  return std::count_if(mdh::test::kCases.begin(), mdh::test::kCases.end(), mdh::test::prove) ==
                 static_cast<long>(mdh::test::kCases.size())
             ? 0
             : 1;
}
