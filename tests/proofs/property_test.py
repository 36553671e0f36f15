"""Over generated files: what botocore refuses is refused; an edit is idempotent, differs for
botocore only in our keys, and leaves every other line's bytes as they were."""
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from tool import TOOL, ConfigParseError, build_profile_map, parsed

SECONDS = 10
OURS = {"credentials": {"aws_access_key_id", "aws_secret_access_key", "aws_session_token",
                        "aws_security_token", "x_security_token_expires", "region"},
        "config": {"credential_process", "region"}}
COMMENT = b"# kept up to date by mdh-credentials; edits to the next keys will be overwritten"
rng = random.Random(int(sys.argv[2]) if len(sys.argv) > 2 else 7)
file = pathlib.Path(tempfile.mkdtemp(dir="/dev/shm")) / "file"  # some disks sync on truncation
tool = subprocess.Popen([TOOL, "edit"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def run_all(operation, kind, texts):
    """The tool's answers, one for each text: whether it did, and the text or the error."""
    frames = b"".join(f"{operation} {kind} mdh s3cr/et+ tok 2030-01-01T00:00:00Z eu-west-1 "
                      f"{len(text)}\n".encode() + text for text in texts)

    def send():
        tool.stdin.write(frames)
        tool.stdin.flush()
    sending = threading.Thread(target=send)
    sending.start()
    answers = []
    for _ in texts:
        verdict, size = tool.stdout.readline().split()
        answers.append((verdict == b"ok", tool.stdout.read(int(size))))
    sending.join()
    return answers


def botocore(text):
    """The sections as botocore has them, or None when it refuses."""
    file.write_bytes(text)
    try:
        return parsed(file)
    except (ConfigParseError, UnicodeDecodeError):
        return None


def generated(kind):
    def line():
        name = rng.choice(["mdh", "other", "mdh2", " mdh ", "DEFAULT", "default", "a]b", "mdh", "é",
                           "profile mdh", 'profile "mdh"', "profile other", "profile  mdh",
                           "profile 'm'dh", "sso-session x", f"s{rng.randrange(9)}",
                           f"profile p{rng.randrange(9)}"])
        key = rng.choice([*sorted(OURS[kind]), "output", "AWS_ACCESS_KEY_ID", "Region", "s3", "x y",
                          "é", "cli", f"k{rng.randrange(99)}", f"k{rng.randrange(99)}"])
        value = rng.choice(["v", "", "a = b", "a:b", "x # c", "; d", "[mdh]", '"q"', "%(x)s", "ü",
                            "AKIDs3cr/et+", "s3cr/et+", "tok", "eu-west-1", "a\tb", "a\x0bb"])
        gap = rng.choice(["=", " = ", " =", "= ", ":", " : ", "  =  ", "\t=\t"])
        indent = rng.choice(12 * [""] + [" ", "  ", "\t", "    ", "\xa0", "\x0c", "\u3000"])
        tail = rng.choice(8 * [""] + [" ", "\t", "\x1c", "\x85"])
        form = rng.choices(["header", "key", "blank", "comment", "junk", "open", "ours", "late"],
                           [16, 50, 9, 12, .3, .2, 2, 2])[0]
        return {"header": f"{indent}[{name}]{tail}", "key": f"{indent}{key}{gap}{value}{tail}",
                "blank": rng.choice(["", " ", "\t"]), "junk": indent + value, "open": "[" + name,
                "comment": indent + rng.choice("#;") + value, "ours": COMMENT.decode(),
                "late": f"[{name}] ; {value}"}[form]

    ends = rng.choice([["\n"]] * 4 + [["\r\n"]] * 2 + [["\n", "\r\n"], ["\r"], ["\n", "\r"]])
    lines = [line() for _ in range(rng.choice([0, 1, 2, 4, 6, 9, 14, 20]))]
    if lines and rng.random() < .9:
        lines.insert(0, rng.choice(["[other]", "[mdh]", "[profile mdh]", "[z]"]))
    text = "".join(one + rng.choice(ends) for one in lines).encode()
    if rng.random() < .3:
        text = text.rstrip(b"\r\n")
    if rng.random() < .02:
        at = rng.randrange(len(text) + 1)
        text = text[:at] + rng.choice([b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf"]) + text[at:]
    return text


def target(sections, kind):
    """The names of the sections that are the profile's."""
    if kind == "credentials":
        return [name for name in sections if name == "mdh"]
    return [name for name in sections if "mdh" in build_profile_map({name: {}})["profiles"]]


def without_ours(sections, kind):
    rest = {name: dict(keys) for name, keys in sections.items()}
    for name in target(sections, kind):
        rest[name] = {key: value for key, value in rest[name].items() if key not in OURS[kind]}
    return {name: keys for name, keys in rest.items() if keys or name not in target(sections, kind)}


def kept_lines(text, kind):
    """The lines, in order, that are certainly nobody's but the user's."""
    mine = COMMENT.strip()
    return [line for line in text.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
            if line.strip() and line.strip() != mine
            and not any(line.strip().lower().startswith(key.encode()) for key in OURS[kind])]


def is_subsequence(few, many):
    rest = iter(many)
    return all(line in rest for line in few)


def check(kind, text, put, again, take):
    before = botocore(text)
    ok, after = put
    ours = target(before, kind) if before is not None else []
    if before is None or len(ours) > 1:
        assert not ok, "accepted what botocore refuses"
        assert after.startswith(b"line "), after
        return "refused"
    assert ok, f"refused what botocore reads: {after}"
    now = botocore(after)
    assert now is not None, "botocore cannot read the edit"
    rest = without_ours(now, kind)
    if not ours:
        rest.pop(target(now, kind)[0], None)  # it may have inherited from [DEFAULT]
    assert rest == without_ours(before, kind), "changed what is not ours"
    section = now[target(now, kind)[0]]
    assert section["region"] == "eu-west-1"
    if kind == "credentials":
        assert section["aws_secret_access_key"] == "s3cr/et+" and section["aws_session_token"] == "tok"
        assert section.get("aws_security_token", "tok") == "tok"
    else:
        assert section["credential_process"].endswith("process --profile s3cr/et+")
    # Wrapped values of our own keys go with them.
    if not any(line[:1].isspace() or line[:2] in (b"\xc2\xa0", b"\xe3\x80")
               for line in text.splitlines()):
        assert is_subsequence(kept_lines(text, kind), kept_lines(after, kind)), "a line was lost"
    assert again == (True, after), "is not idempotent"
    taken, gone = take
    assert taken and botocore(gone) is not None
    left = {name: {key: value for key, value in keys.items() if key not in OURS[kind]}
            for name, keys in botocore(gone).items()}
    for name, keys in without_ours(before, kind).items():
        if name not in target(before, kind):
            assert botocore(gone)[name] == keys, "removal changed what is not ours"
        else:
            assert left.get(name, {}) == keys, "removal changed what is not ours"
    return "section kept" if ours else "section added"


counts = {"refused": 0, "section kept": 0, "section added": 0}
end = time.monotonic() + SECONDS
while time.monotonic() < end:
    kind = rng.choice(["credentials", "config"])
    texts = [generated(kind) for _ in range(200)]
    puts = run_all("put", kind, texts)
    edited = [text if ok else b"" for ok, text in puts]
    for case in zip(texts, puts, run_all("put", kind, edited), run_all("take", kind, edited)):
        try:
            counts[check(kind, *case)] += 1
        except (AssertionError, KeyError):
            print(kind, *map(repr, case), sep="\n")
            raise
tool.stdin.close()
shutil.rmtree(file.parent)
tool.wait()
print(f"{sum(counts.values())} generated files:",
      ", ".join(f"{number} {what}" for what, number in counts.items()), "- differences = 0")
assert min(counts.values()) > 200, counts
