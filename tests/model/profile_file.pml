/* The profile file under two writers, for Spin to search exhaustively.
   Ours (daemon/profile_file): a stable read, a draft, a look, RENAME_EXCHANGE, a look at what came
   out; what was edited there is remembered until the other program is at rest, and merged into
   every text that lacks it. Theirs, as `aws configure set` or `>>`:
   read by path, open by path, truncate, write; EDITS times.
   Of an inode: does it hold our section, which of their edits does it hold (a set of bits), is it
   cut down just now, and a count that stands for size and mtime.
   -DNO_SECOND_LOOK  the old file is unlinked without a look
   -DFORGET          what was edited there is forgotten once it is merged
   -DEXCHANGE_BACK   an edited old file is put back, and the draft that comes out unlinked
   -DPLAIN_RENAME    rename(2) alone, as on a file system that cannot exchange
   -DHELD            the other writer opens first, and writes long after
   -DNO_LEASE        and we do not wait for those who hold the old file open (with -DHELD)          */
#ifndef EDITS
#define EDITS 3
#endif
#define INODES 12
#define NONE 255
#define ALL ((1 << EDITS) - 1)

byte path = 0;                 /* the inode that the path leads to */
byte draft = NONE;             /* the inode at the draft's path */
byte fresh = 1;
bool ours[INODES], cut[INODES];
byte theirs[INODES], version[INODES], writers[INODES];
bool they_are_done = false, we_rest = false;

proctype Other() {
  byte n = 0, inode, text;
  bool section;
  do
  :: n < EDITS ->
#ifdef HELD
     atomic { inode = path; writers[inode]++; section = ours[inode]; text = theirs[inode] }
     atomic { cut[inode] = true; ours[inode] = false; theirs[inode] = 0; version[inode]++ }
#else
     atomic { section = ours[path]; text = theirs[path] }
     atomic { inode = path; writers[inode]++;
              cut[inode] = true; ours[inode] = false; theirs[inode] = 0; version[inode]++ }
#endif
     atomic { cut[inode] = false; ours[inode] = section; theirs[inode] = text | (1 << n);
              version[inode]++; writers[inode]--; n++ }
  :: else -> break
  od;
  they_are_done = true
}

proctype Ours() {
  byte before, seen, text, made, met = 0;
again:
  do
  :: atomic { they_are_done && ours[path] && !cut[path] && (met & ~theirs[path]) == 0 -> break }
  :: atomic { !cut[path] && (!ours[path] || (met & ~theirs[path]) != 0) ->
              before = path; seen = version[path]; text = theirs[path] | met }
     atomic { made = fresh; fresh++; assert(fresh < INODES);
              ours[made] = true; theirs[made] = text; draft = made }
     if
     :: path != before || version[before] != seen -> draft = NONE; goto again
     :: else
     fi;
#ifdef PLAIN_RENAME
     atomic { path = made; draft = NONE }
#else
     atomic { path = made; draft = before }
#ifdef FORGET
     met = 0;
#endif
#ifndef NO_LEASE
     writers[draft] == 0;
#endif
#ifndef NO_SECOND_LOOK
     if
     :: version[draft] != seen ->
#ifdef EXCHANGE_BACK
        atomic { path = before; draft = made }
#else
        atomic { !cut[draft] -> met = met | theirs[draft] }
#endif
     :: else
     fi;
#endif
     draft = NONE
#endif
  od;
  we_rest = true
}

init {
  atomic { run Other(); run Ours() }
  (they_are_done && we_rest);
  assert(ours[path] && !cut[path] && theirs[path] == ALL)
}
