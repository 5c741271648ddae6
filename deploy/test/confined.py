#!/usr/bin/python3
"""Runs a command confined as by a systemd unit, without systemd: the unit's filter of system calls, no memory that is both written and executed,
and no privileges to gain.

    deploy/test/confined.py UNIT COMMAND [ARGUMENT …]
"""

import ctypes
import errno
import os
import re
import subprocess
import sys
from pathlib import Path

import seccomp

# Calls that start and end a program or read the time: systemd always allows them.
ALWAYS_ALLOWED = {"execve", "exit", "exit_group", "getrlimit", "rt_sigreturn", "sigreturn", "time",
                  "gettimeofday", "clock_gettime", "nanosleep", "clock_nanosleep"}

# prctl(2). Newer systemd uses the second for MemoryDenyWriteExecute=, and the kernel keeps it across exec.
PR_SET_NO_NEW_PRIVS, PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 38, 65, 1


def main() -> None:
    unit, command = Path(sys.argv[1]).read_text(), sys.argv[2:]
    allowed = _allowed(re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE))
    if "NoNewPrivileges=yes" in unit.splitlines():
        _control(PR_SET_NO_NEW_PRIVS, 1)
    if "MemoryDenyWriteExecute=yes" in unit.splitlines():
        _control(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN)
    _filter(allowed).load()
    os.execv(command[0], command)


def _allowed(lines: list[str]) -> set[str]:
    """The first line is what is allowed, and lines that begin with ~ subtract from it."""
    allowed: set[str] = set()
    for line in lines:
        words = {call for word in line.removeprefix("~").split() for call in _members(word)}
        allowed = allowed - words if line.startswith("~") else allowed | words
    return allowed | ALWAYS_ALLOWED


def _members(word: str) -> set[str]:
    if not word.startswith("@"):
        return {word}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True, check=True).stdout.splitlines()[1:]
    names = {line.strip() for line in listed if line.strip() and not line.strip().startswith("#")}
    return {call for name in names for call in _members(name)}


def _filter(allowed: set[str]) -> seccomp.SyscallFilter:
    made = seccomp.SyscallFilter(defaction=seccomp.ERRNO(errno.EPERM))
    for call in allowed:
        try:
            made.add_rule(seccomp.ALLOW, call)
        except RuntimeError:
            # A system call of other architectures.
            continue
    return made


def _control(option: int, value: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option}")


if __name__ == "__main__":
    main()
