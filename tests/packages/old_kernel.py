#!/usr/bin/python3
"""Usage: old_kernel.py CALL[,CALL...] COMMAND...
Runs COMMAND as a kernel would that does not know these system calls: a filter answers ENOSYS (x86_64). `4.18` stands
for all that RHEL 8's kernel lacks, `unix` for sockets of AF_UNIX."""

import ctypes
import os
import struct
import sys

CALLS = {"memfd_create": 319, "renameat2": 316, "statx": 332, "pidfd_send_signal": 424, "io_uring_setup": 425,
         "io_uring_enter": 426, "io_uring_register": 427, "pidfd_open": 434, "clone3": 435, "close_range": 436, "openat2": 437,
         "pidfd_getfd": 438, "faccessat2": 439, "epoll_pwait2": 441}
SINCE_4_18 = [name for name, number in CALLS.items() if number >= 424]
SOCKET, AF_UNIX, EAFNOSUPPORT = 41, 1, 97
ENOSYS, PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, FILTER_MODE = 38, 38, 22, 2
LOAD, JUMP_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ERRNO = 0x7FFF0000, 0x00050000


def instruction(code, if_true, if_false, value):
    return struct.pack("HBBI", code, if_true, if_false, value)


def program(numbers):
    """program() answers ENOSYS to each of these numbers, and lets everything else through."""
    made = [instruction(LOAD, 0, 0, 0)]
    for number in numbers:
        made += [instruction(JUMP_EQUAL, 0, 1, number), instruction(RETURN, 0, 0, ERRNO | ENOSYS)]
    return made


def no_unix_sockets():
    """no_unix_sockets() refuses socket() by its first argument."""
    return [instruction(JUMP_EQUAL, 0, 4, SOCKET), instruction(LOAD, 0, 0, 16), instruction(JUMP_EQUAL, 0, 1, AF_UNIX),
            instruction(RETURN, 0, 0, ERRNO | EAFNOSUPPORT), instruction(RETURN, 0, 0, ALLOW)]


def forget(names):
    libc = ctypes.CDLL(None, use_errno=True)
    filters = program([CALLS[name] for name in names if name != "unix"])
    filters += no_unix_sockets() if "unix" in names else []
    filters.append(instruction(RETURN, 0, 0, ALLOW))
    text = ctypes.create_string_buffer(b"".join(filters))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(filters), ctypes.addressof(text)))
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_SECCOMP, FILTER_MODE, header, 0, 0):
        sys.exit(f"old_kernel: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    wanted = [name for word in sys.argv[1].split(",") for name in (SINCE_4_18 if word == "4.18" else [word])]
    forget(wanted)
    os.execvp(sys.argv[2], sys.argv[2:])
