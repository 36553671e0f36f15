"""What a process's memory still holds: every writable mapping read through /proc, as root and without regard to
MADV_DONTDUMP, and searched for whole secrets and for pieces of them."""

import base64
import pathlib

PIECE, PAGE = 20, 4096


def stacks(pid):
    """stacks() is {stack pointer: thread} of the threads, which must be waiting."""
    found = {}
    for thread in pathlib.Path(f"/proc/{pid}/task").iterdir():
        fields = (thread / "syscall").read_text().split()
        if len(fields) > 2:
            found[int(fields[-2], 16)] = thread.name
    return found


def mappings(pid):
    """mappings() is [(name and offset, bytes)] of all that the process has written."""
    found, threads = [], stacks(pid)
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in pathlib.Path(f"/proc/{pid}/maps").read_text().splitlines():
            fields = line.split(maxsplit=5)
            if not fields[1].startswith("rw"):
                continue
            start, end = (int(part, 16) for part in fields[0].split("-"))
            name = pathlib.Path(fields[5]).name if len(fields) > 5 else "anonymous"
            here = [(pointer, thread) for pointer, thread in threads.items() if start <= pointer < end]
            if here:
                name = f"stack of {here[0][1]} (pointer +{here[0][0] - start:#x})"
            found += [(f"{name}+{at:#x}", run) for at, run in written(read(memory, start, end))]
    return found


def written(content):
    """written() is [(offset, bytes)] of the runs of pages that are not all zero: most of a mapping is."""
    runs, begin = [], None
    for at in range(0, len(content) + PAGE, PAGE):
        zero = content.count(0, at, at + PAGE) == len(content[at:at + PAGE])
        if not zero and begin is None:
            begin = at
        elif zero and begin is not None:
            runs.append((begin, content[begin:at]))
            begin = None
    return runs


def read(memory, start, end):
    """read() passes over pages that were never there."""
    content, at = [], start
    while at < end:
        memory.seek(at)
        try:
            part = memory.read(min(end - at, 1 << 20)) or b""
        except OSError:
            part = b""
        if not part:
            part = b"\0" * min(4096, end - at)
        content.append(part)
        at += len(part)
    return b"".join(content)


def pieces(secret):
    """pieces() are the parts that count as a remnant: fixed steps through the whole."""
    if len(secret) <= PIECE:
        return [secret]
    return [secret[at:at + PIECE] for at in range(0, len(secret) - PIECE + 1, PIECE)]


def search(memory, secrets):
    """search() is [(whole copies, pieces, where)] by secret: {name: bytes}, those alone that were found."""
    found = {}
    for name, secret in secrets.items():
        whole, parts, where = 0, 0, []
        for mapping, content in memory:
            copies = content.count(secret)
            hits = sum(content.count(piece) for piece in pieces(secret))
            whole, parts = whole + copies, parts + hits
            if hits:
                at = next(content.find(piece) for piece in pieces(secret) if piece in content)
                where.append(f"{mapping} +{at:#x}")
        if parts:
            found[name] = (whole, parts, where)
    return found


def key_secrets(pem_files):
    """key_secrets() is every form in which a private key's numbers lie about: PEM lines, DER, and OpenSSL's own
    words (on a little-endian machine the bytes in reverse)."""
    from cryptography.hazmat.primitives import serialization

    secrets = {}
    for path in pem_files:
        lines = [line for line in pathlib.Path(path).read_text().splitlines() if not line.startswith("-")]
        # The first lines of PKCS#8 and PKCS#1 hold the modulus, which is public.
        private = lines[len(lines) // 3:-1]
        secrets.update({f"{path.rsplit('/', 1)[1]} line {n}": line.encode() for n, line in enumerate(private)})
        secrets[f"{path.rsplit('/', 1)[1]} decoded"] = base64.b64decode("".join(lines))[-600:]
    numbers = serialization.load_pem_private_key(pathlib.Path(pem_files[0]).read_bytes(), None).private_numbers()
    for name in ("d", "p", "q", "dmp1", "dmq1", "iqmp"):
        number = getattr(numbers, name)
        size = (number.bit_length() + 7) // 8
        secrets[f"{name}, big-endian"] = number.to_bytes(size, "big")
        secrets[f"{name}, little-endian"] = number.to_bytes(size, "little")
    return secrets
