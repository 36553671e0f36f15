// The file in which a new text is written before it takes the old one's place: made beside it,
// 0600 from its first moment, with the old one's owner, mode, ACL and attributes in the end.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "common/result.h"
#include "daemon/profile_file/file_look.h"

namespace mdh {

// Remarks are sentences on what a file system or our rights did not allow, so that it was done
// without, and on what became of the file's mode: each worth one warning.
using Remarks = std::set<std::string>;

class Draft {
 public:
  // A crash's draft at that path is taken away. Not ok() where none could be made: errno says why.
  explicit Draft(std::string path);
  ~Draft();  // takes the file away, unless it was kept
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;

  bool ok() const { return static_cast<bool>(file_); }
  const std::string& path() const { return path_; }
  // keep() leaves what is at the path: the file was renamed, or another is there now.
  void keep() { kept_ = true; }

  // take_over() gives the draft what the target has, or the owner's rights alone.
  Done take_over(const std::string& target, const FileLook& before, bool owner_only,
                 Remarks& remarks);
  // give_to_owner_of() makes a new file of root's that of the folder's owner.
  void give_to_owner_of(const std::string& folder);
  // write() writes and syncs the bytes.
  Done write(std::string_view bytes, Remarks& remarks);

 private:
  int fd() const { return file_.get(); }

  std::string path_;
  FileDescriptor file_;
  bool kept_ = false;
};

// draft_path() is where this host's drafts for the target are written; without a lock each process
// has one of its own.
std::string draft_path(const std::string& target, bool locked);
// remove_old_drafts() takes away what other hosts' and processes' crashes left beside the target
// ten minutes ago or more: secrets are in it.
void remove_old_drafts(const std::string& target);
// narrow_to_owner() takes all rights but the owner's from a file where others have any.
void narrow_to_owner(const std::string& target, const FileLook& look, Remarks& remarks);

}  // namespace mdh
