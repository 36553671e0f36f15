#include "daemon/profile_file/edit_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "common/profile_file/merge.h"
#include "daemon/profile_file/file_lock.h"
#include "daemon/profile_file/file_look.h"
#include "daemon/profile_file/replace_file.h"
#include "daemon/profile_file/stable_read.h"

namespace mdh {
namespace {

constexpr int kMostEdits = 5;
constexpr seconds kGuard{5};
constexpr seconds kRest{1};

using std::chrono::steady_clock;

// Behind a dangling symlink the folder is not made: what should be mounted there may be away.
Done make_folder(const std::string& path, const std::string& target) {
  const std::filesystem::path folder = std::filesystem::path(target).parent_path();
  std::error_code fault;
  if (std::filesystem::is_directory(folder, fault)) return done();
  if (path != target) {
    return file_error(path + " is a symlink into a folder that is not there: " + folder.string(),
                      "mend the symlink, or make the folder; it is tried again by itself");
  }
  std::filesystem::create_directories(folder.parent_path(), fault);
  if (::mkdir(folder.c_str(), 0700) != 0) {
    if (errno == EEXIST) errno = ENOTDIR;
    return file_error("make the folder", folder.string());
  }
  // What root makes in a user's home is the user's.
  const auto around = look_at(folder.parent_path().string());
  if (::geteuid() != 0 || !around || around->user == 0) return done();
  if (::chown(folder.c_str(), around->user, around->group) == 0 || errno == EPERM) return done();
  return file_error("chown", folder.string());
}

// Brings the memory up to date with the sections that are there now.
void remember(const std::vector<std::string>& present, FileMemory& memory) {
  const auto now = steady_clock::now();
  for (auto& [section, missed] : memory.sections) {
    const bool there = std::find(present.begin(), present.end(), section) != present.end();
    missed = there ? std::nullopt : std::optional(missed.value_or(now));
  }
  std::erase_if(memory.sections,
                [now](const auto& one) { return one.second && now - *one.second >= kGuard; });
  for (const std::string& section : present) memory.sections.try_emplace(section);
}

// The guard of R36: sections that were there at the last look and are gone may be on their way
// back.
Done guard(const FileEdit& edit, const FileMemory& memory) {
  const auto lost = std::find_if(memory.sections.begin(), memory.sections.end(),
                                 [](const auto& one) { return one.second.has_value(); });
  if (lost == memory.sections.end()) return done();
  Error error = file_error(
      edit.path + " lost the section [" + lost->first + "] just now and may be half written",
      "it is looked at again in a moment");
  error.retry_after = std::chrono::ceil<seconds>(kGuard - (steady_clock::now() - *lost->second));
  return error;
}

// One edit of one file, from look to replacement; made anew while others are faster.
class FileEditing {
 public:
  FileEditing(const FileEdit& edit, std::string target, bool locked, FileMemory& memory)
      : edit_(edit),
        target_(std::move(target)),
        draft_(draft_path(target_, locked)),
        memory_(memory) {}

  Result<Edited> in_some_rounds() {
    for (int round = 0; round < kMostEdits; ++round) {
      const auto edited = try_once();
      if (!edited) return edited.error();
      if (*edited) return **edited;
    }
    Error error = file_error(edit_.path + " changes faster than it can be edited", "");
    error.retry_after = seconds(1);
    return error;
  }

 private:
  // Nothing: another program was faster.
  Result<std::optional<Edited>> try_once() {
    const auto before = stable_read(target_);
    if (!before) return before.error();
    const auto after = changed(before->text);
    if (!after) return after.error();
    // Nobody learns a secret from how long a file's comparison takes.
    if (after->reveal() == before->text.reveal()) {
      if (edit_.owner_only && before->look) {
        narrow_to_owner(target_, *before->look, memory_.remarks);
      }
      return std::optional(Edited::unchanged);
    }
    if (Done fit = guard(edit_, memory_); !fit) return fit.error();
    return replace(*before, after->reveal());
  }

  Result<Secret> changed(const Secret& before) {
    if (memory_.met.empty()) return changed_text(before.reveal());
    Secret text = before.copy();
    for (const auto& [old, edited] : memory_.met) {
      auto merged = with_edit_of(text.reveal(), old.reveal(), edited.reveal());
      if (merged) {
        text = std::move(merged).value();
      } else {
        memory_.remarks.insert("another program left " + target_ +
                               " in a form that nobody could read, in the moment in which it was "
                               "replaced: that edit is lost");
      }
    }
    return changed_text(text.reveal());
  }

  Result<Secret> changed_text(std::string_view text) {
    if (edit_.others) remember(edit_.others(text), memory_);
    return edit_.change(text);
  }

  Result<std::optional<Edited>> replace(const Reading& before, std::string_view after) {
    remove_old_drafts(target_);
    const auto placed =
        replace_file({target_, draft_, before.look, edit_.owner_only}, after, memory_.remarks);
    if (!placed) return placed.error();
    if (*placed == Placed::refused) return std::optional<Edited>();
    if (*placed == Placed::in_place) return std::optional(Edited::replaced);
    if (Done met = meet_edit(before.text); !met) return met.error();
    return std::optional<Edited>();
  }

  // What the exchange brought out is read when it is whole: who cut it down is about to write it.
  Done meet_edit(const Secret& before) {
    const auto until = steady_clock::now() + kGuard;
    auto met = stable_read(draft_);
    while (met && is_cut_down(before, met->text) && steady_clock::now() < until) {
      std::this_thread::sleep_for(kSettled);
      met = stable_read(draft_);
    }
    ::unlink(draft_.c_str());
    if (!met) return met.error();
    memory_.met.push_back({before.copy(), std::move(met->text)});
    return done();
  }

  bool is_cut_down(const Secret& before, const Secret& met) const {
    if (met.empty()) return !before.empty();
    if (!edit_.others) return false;
    const auto had = edit_.others(before.reveal());
    const auto has = edit_.others(met.reveal());
    return !std::all_of(had.begin(), had.end(), [&](const std::string& one) {
      return std::find(has.begin(), has.end(), one) != has.end();
    });
  }

  const FileEdit& edit_;
  const std::string target_;
  const std::string draft_;
  FileMemory& memory_;
};

// Where nothing can be written, nothing may be wanting: a file kept by the system's configuration.
bool stands_already(const FileEdit& edit, const std::string& target) {
  const auto reading = stable_read(target);
  if (!reading || !reading->look) return false;
  const auto after = edit.change(reading->text.reveal());
  return after && after->reveal() == reading->text.reveal();
}

Result<FileLock> prepare(const FileEdit& edit, const std::string& target, Remarks& remarks) {
  if (is_null_device(target)) return not_a_file(edit.path);
  if (Done made = make_folder(edit.path, target); !made) return made.error();
  return lock_beside(target, remarks);
}

}  // namespace

Result<Secret> read_file(const std::string& path) {
  if (is_null_device(path)) return Secret();
  const auto target = resolved_target(path);
  if (!target) return target.error();
  auto reading = stable_read(*target);
  if (!reading) return reading.error();
  return std::move(reading->text);
}

Result<Edited> edit_file(const FileEdit& edit, FileMemory& memory) {
  const auto target = resolved_target(edit.path);
  if (!target) return target.error();
  const auto lock = prepare(edit, *target, memory.remarks);
  if (!lock && stands_already(edit, *target)) return Edited::unchanged;
  if (!lock) return lock.error();
  ::unlink(draft_path(*target, lock->held).c_str());  // a crash's, which holds secrets
  FileEditing editing(edit, *target, lock->held, memory);
  const auto edited = editing.in_some_rounds();
  if (!edited || memory.met.empty()) return edited;
  // The program whose edit was met may have read the file while it was without that edit, and write
  // it so: it is looked after until it is at rest.
  for (const auto until = steady_clock::now() + kRest; steady_clock::now() < until;) {
    std::this_thread::sleep_for(kSettled);
    if (const auto again = editing.in_some_rounds(); !again) return again;
  }
  memory.met.clear();
  return edited;
}

}  // namespace mdh
