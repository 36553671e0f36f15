#include "daemon/profile_file/writer.h"

#include <algorithm>

#include "common/profile_file/difference.h"
#include "common/profile_file/outranks.h"
#include "common/shell_word.h"
#include "daemon/profile_file/rehearsal.h"
#include "daemon/profile_file/rivals.h"
#include "daemon/system/clock.h"

namespace mdh {
namespace {

// Changes follow one another on one text; the first Error ends them.
template <typename Step>
Result<Secret> changed(std::string_view text, const std::vector<WantedProfile>& wanted, Step step) {
  if (wanted.empty()) return Secret(text);
  Secret now;
  for (const WantedProfile& profile : wanted) {
    auto next = step(text, profile);
    if (!next) return next.error();
    now = std::move(next).value();
    text = now.reveal();
  }
  return now;
}

Error on_path(Error error, const std::string& path) {
  if (error.message.find(path) == std::string::npos) error.message = path + ": " + error.message;
  return error;
}

}  // namespace

ProfileWriter::ProfileWriter(ProfileFileConfig config, std::string program)
    : config_(std::move(config)), program_(std::move(program)) {}

std::vector<std::string> ProfileWriter::files() const {
  std::vector<std::string> files{config_.path, config_.config_path};
  if (config_.form == ProfileFileConfig::Form::process) std::swap(files[0], files[1]);
  return files;
}

ProfileWriter::Planned ProfileWriter::keys_in(const std::vector<WantedProfile>& wanted) const {
  return {config_.path,
          [this, &wanted](std::string_view text) {
            return changed(text, wanted, [this](std::string_view now, const WantedProfile& one) {
              if (!one.credentials) return Result<Secret>(Secret(now));
              return with_profile(now, keys_section(one, config_), ProfileFileKind::credentials);
            });
          },
          false, true};
}

ProfileWriter::Planned ProfileWriter::process_in(const std::vector<WantedProfile>& wanted) const {
  return {config_.config_path, [this, &wanted](std::string_view text) {
            return changed(text, wanted, [this](std::string_view now, const WantedProfile& one) {
              ProfileSection section;
              section.profile = one.profile;
              if (config_.write_region) section.region = one.region;
              section.credential_process =
                  shell_quoted(program_) + " process --profile " + shell_quoted(one.profile);
              return with_profile(now, section, ProfileFileKind::config);
            });
          }};
}

// The other form's lines are taken out: static keys would outrank the process. Another host's keys
// on a shared home are its own to take.
ProfileWriter::Planned ProfileWriter::cleared(ProfileFileKind kind,
                                              const std::vector<WantedProfile>& wanted) const {
  const bool credentials = kind == ProfileFileKind::credentials;
  return {credentials ? config_.path : config_.config_path,
          [this, kind, &wanted](std::string_view text) {
            return changed(text, wanted, [&](std::string_view now, const WantedProfile& one) {
              if (!one.credentials) return without_profile(now, one.profile, kind);
              const ProfileSection ours = keys_section(one, config_);
              return without_profile(now, one.profile, kind, &ours);
            });
          },
          true};
}

std::vector<ProfileWriter::Planned> ProfileWriter::plan(
    const std::vector<WantedProfile>& wanted) const {
  if (keeps_keys()) {
    return {keys_in(wanted), cleared(ProfileFileKind::config, wanted)};
  }
  return {process_in(wanted), cleared(ProfileFileKind::credentials, wanted)};
}

// Looked at first without lock or folder: mostly the other form has never been there.
bool ProfileWriter::has_work(const Planned& planned) {
  const auto before = read_file(planned.path);
  if (!before) return true;
  if (before->empty()) return false;
  const auto after = planned.change(before->reveal());
  return !after || after->reveal() != before->reveal();
}

Result<Edited> ProfileWriter::carry_out(const Planned& planned,
                                        const std::vector<WantedProfile>& wanted) {
  if (planned.only_existing && !has_work(planned)) return Edited::unchanged;
  const auto kind =
      planned.path == config_.config_path ? ProfileFileKind::config : ProfileFileKind::credentials;
  const FileEdit edit{
      planned.path, planned.change,
      [&wanted, kind](std::string_view text) { return other_sections(text, wanted, kind); },
      planned.holds_keys};
  auto edited = edit_file(edit, memories_[planned.path]);
  if (!edited) return on_path(edited.error(), planned.path);
  return edited;
}

Result<ProfileWriter::Written> ProfileWriter::write(const std::vector<WantedProfile>& wanted) {
  auto written = write_all(wanted);
  const WallTime now = read_clocks().wall;
  if (!written) {
    if (!failing_since_) failing_since_ = now;
    return written;
  }
  failing_since_.reset();
  if (written->replaced > 0 || (!written_at_ && has_set(wanted))) written_at_ = now;
  return written;
}

Result<ProfileWriter::Written> ProfileWriter::write_all(const std::vector<WantedProfile>& wanted) {
  Written written;
  if (keeps_keys() && !has_set(wanted)) return written;
  for (const Planned& planned : plan(wanted)) {
    const auto edited = carry_out(planned, wanted);
    // A config file that cannot be read does no harm to keys, which outrank what it may hold.
    if (!edited && keeps_keys() && planned.only_existing) continue;
    if (!edited) return edited.error();
    if (*edited == Edited::replaced) ++written.replaced;
  }
  return written;
}

Done ProfileWriter::remove(const std::vector<WantedProfile>& wanted) {
  for (const auto kind : {ProfileFileKind::credentials, ProfileFileKind::config}) {
    if (const auto edited = carry_out(cleared(kind, wanted), wanted); !edited) {
      return edited.error();
    }
  }
  return done();
}

Result<std::string> ProfileWriter::preview(const std::vector<WantedProfile>& wanted) const {
  std::string difference;
  for (const Planned& planned : plan(wanted)) {
    const auto before = read_file(planned.path);
    if (!before) return before.error();
    if (planned.only_existing && before->empty()) continue;
    const auto after = planned.change(before->reveal());
    if (!after) return on_path(after.error(), planned.path);
    difference += file_difference(before->reveal(), after->reveal(), planned.path);
  }
  return difference;
}

Done ProfileWriter::rehearse(const std::vector<WantedProfile>& wanted) const {
  for (const Planned& planned : plan(wanted)) {
    const auto before = read_file(planned.path);
    if (planned.only_existing && (!before ? keeps_keys() : before->empty())) continue;
    if (!before) return before.error();
    const auto after = planned.change(before->reveal());
    if (!after) return on_path(after.error(), planned.path);
    if (after->reveal() == before->reveal()) continue;
    if (Done could = could_replace(planned.path, after->size()); !could) {
      return on_path(could.error(), planned.path);
    }
  }
  return done();
}

std::vector<std::string> ProfileWriter::remarks_on(const std::string& profile) const {
  std::vector<std::string> remarks;
  for (const auto& [path, memory] : memories_) {
    remarks.insert(remarks.end(), memory.remarks.begin(), memory.remarks.end());
  }
  const AwsPaths paths{config_.path, config_.config_path};
  const auto add = [&](const std::string& name, Offer offer) {
    const auto rivals = rivals_of(paths, name, offer);
    if (!rivals) return;
    for (const Outranking& one : *rivals) remarks.push_back(text_of(one) + ": " + cure_of(one));
  };
  add(profile, keeps_keys() ? Offer::keys : Offer::process);
  if (profile != "default") add("default", Offer::endpoint);
  return remarks;
}

std::vector<ProfileReport> ProfileWriter::report(const std::vector<WantedProfile>& wanted,
                                                 const std::optional<Error>& error,
                                                 const std::string& more) const {
  std::vector<ProfileReport> reports;
  for (const WantedProfile& profile : wanted) {
    FileStatus status{files().front(), FileCondition::pending, {}, remarks_on(profile.profile)};
    if (!more.empty()) status.remarks.push_back(more);
    status.written_at = written_at_;
    if (error) {
      status.condition = FileCondition::failed;
      status.message = error->message;
      status.hint = error->hint;
      status.since = failing_since_;
    } else if (profile.credentials) {
      status.condition = FileCondition::written;
    }
    reports.push_back({profile.profile, std::move(status)});
  }
  return reports;
}

}  // namespace mdh
