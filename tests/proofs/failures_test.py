"""Everything that can keep a file from being written: a clear error, the old file whole, and
repaired by itself when the cause is gone. In a mount namespace of its own."""
import concurrent.futures
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile

ROOT = os.geteuid() == 0
if "--inside" not in sys.argv:
    mapped = [] if ROOT else ["--map-root-user"]
    sys.exit(subprocess.run(["unshare", "--mount", *mapped, sys.executable, "-B",
                             *sys.argv, "--inside"]).returncode)

from tool import Keeper, generation, until  # noqa: E402, reads its own arguments

OLD = b"# mine\n[other]\nregion = x\n"
NOBODY = 65534
base = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm"))
base.chmod(0o755)


def run(*words):
    subprocess.run(words, check=True)


def prove(path, says, cure, old=OLD, **keeper):
    """The keeper fails saying so, leaves the file as it was, and writes after the cure."""
    with Keeper(path, **keeper) as sink:
        sink.sync(7)
        report = sink.reports_until("failed")
        assert report and says in report, f"{path.parent.name}: wanted {says!r}, got {report!r}"
        if old is not None:
            assert path.read_bytes() == old, f"{path.parent.name}: the old file is not whole"
        cure(sink)

        def healed():
            try:
                return generation(path) == 7
            except Exception:
                return False
        took = until(healed)
        assert took is not None, f"{path.parent.name}: not repaired by itself"
    assert not list(path.parent.glob("*.mdh-new*")), path
    return f"{path.parent.name}: {report.split(';')[0][7:].replace(str(base), '')} ({took:.1f} s)"


def place(name, old=OLD):
    folder = base / name
    folder.mkdir()
    if old is not None:
        (folder / "credentials").write_bytes(old)
    return folder / "credentials"


def full_disk():
    path = place("full", None)
    run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(path.parent))
    path.write_bytes(OLD)
    filler = path.parent / "filler"
    try:
        filler.write_bytes(bytes(16384))
    except OSError:
        pass
    return prove(path, "No space left on device", lambda _: filler.unlink())


def read_only():
    path = place("read-only", None)
    run("mount", "-t", "tmpfs", "tmpfs", str(path.parent))
    path.write_bytes(OLD)
    run("mount", "-o", "remount,ro", str(path.parent))
    return prove(path, "read-only", lambda _: run("mount", "-o", "remount,rw", str(path.parent)))


def size_limit():
    path = place("limit")

    def cure(sink):
        resource.prlimit(sink.process.pid, resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
    return prove(path, "File too large", cure, preexec_fn=lambda: resource.setrlimit(
        resource.RLIMIT_FSIZE, (512, 1 << 20)))


def folder_is_a_file():
    folder = base / "folder"
    folder.write_bytes(b"a file")
    return prove(folder / "credentials", "Not a directory", lambda _: folder.unlink(), old=None)


def dangling():
    path = place("dangling", None)
    away = base / "away"
    path.symlink_to(away / "credentials")
    said = prove(path, "a folder that is not there", lambda _: away.mkdir(), old=None)
    assert path.is_symlink() and (away / "credentials").is_file()
    return said


def loop():
    path = place("loop", None)
    path.symlink_to(path)

    def cure(_):
        path.unlink()
        path.write_bytes(OLD)
    return prove(path, "symbolic links", cure, old=None)


def other_owner():
    """Root's file in our folder: what cannot be given away is written all the same, with a remark."""
    path = place("owner")
    os.chown(path.parent, NOBODY, NOBODY)
    path.chmod(0o644)
    with Keeper(path, preexec_fn=lambda: (os.setgroups([]), os.setgid(NOBODY), os.setuid(NOBODY))) as sink:
        sink.sync(7)
        report = sink.reports_until("written")
        assert report and "does not let it be given away" in report and "mode 0644" in report, report
    assert generation(path) == 7 and path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_uid == NOBODY
    return "owner: written, with a remark"


def no_right():
    path = place("right")
    return prove(path, "Permission denied", lambda _: (
        os.chown(path.parent, NOBODY, NOBODY), os.chown(path, NOBODY, NOBODY)),
                 preexec_fn=lambda: (os.setgroups([]), os.setgid(NOBODY), os.setuid(NOBODY)))


def contents(name, old, says):
    path = place(name, old)
    return prove(path, says, lambda _: path.write_bytes(OLD), old=old)


cases = [full_disk, read_only, size_limit, folder_is_a_file, dangling, loop,
         lambda: contents("large", b"# " + (20 << 20) * b"x" + b"\n", "larger than 16 MiB"),
         lambda: contents("nul", OLD + b"\0\n", "line 4 holds a NUL byte"),
         lambda: contents("latin-1", OLD + b"# \xe9\n", "line 4 holds a byte that is no UTF-8"),
         lambda: contents("bom", b"\xef\xbb\xbf" + OLD, "line 1 begins with a byte order mark"),
         lambda: contents("twice", OLD + b"[mdh]\n[mdh]\n", "line 5 repeats the section of line 4"),
         lambda: contents("junk", OLD + b"junk\n", "line 4 is no section, key or comment")]
if ROOT:
    cases += [other_owner, no_right]
else:
    print("not root: the cases of another owner are left out")
with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
    running = [pool.submit(case) for case in cases]
    for case in running:
        print(case.result())
run("umount", str(base / "full"), str(base / "read-only"))
shutil.rmtree(base)
print(f"{len(cases)} failures, each a clear error; files not whole = 0, not repaired = 0")
