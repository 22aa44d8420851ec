"""What keeps a measurement from the rest of the machine: a network namespace, a core for each side, half a core for the
server. What is not allowed here is done without, and said in `notes`."""

import os
import resource
import shutil
import socket
import subprocess
import sys
from pathlib import Path

_MARK = "GOTBACK_BENCH_NETWORK"
_PERIOD_US = 10_000
_CGROUP = Path("/sys/fs/cgroup")

notes: list[str] = []


def enter_own_network() -> None:
    """Runs this program again in a network namespace of its own, where that is allowed."""
    if _MARK in os.environ:
        _set_up_network()
        return
    for options in (["--net"], ["--net", "--map-root-user"]):
        tried = ["unshare", *options, "ip", "link", "set", "lo", "up"]
        if shutil.which("ip") and subprocess.run(tried, capture_output=True).returncode == 0:
            os.environ[_MARK] = "own"
            os.execvp("unshare", ["unshare", *options, sys.executable, *sys.argv])
    notes.append("a network namespace is not allowed here: measured in that of the machine")


def _set_up_network() -> None:
    # A route's congestion control needs no change of what the machine allows. bbr, which may be the default, paces on
    # loopback too, and hides every difference.
    route = "dev lo proto kernel scope host src 127.0.0.1 table local congctl cubic".split()
    commands = [["ip", "link", "set", "lo", "up"],
                ["ip", "route", "change", "local", "127.0.0.1", *route],
                ["ip", "route", "change", "local", "127.0.0.0/8", *route]]
    for command in commands:
        if subprocess.run(command, capture_output=True).returncode != 0:
            notes.append(f"failed: {' '.join(command)}")


def congestion_control() -> str:
    """What a connection over loopback gets."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as end:
        return end.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0").decode()


def cores() -> tuple[int, int]:
    """The server's core and the generator's."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        notes.append("there is one core only: server and generator share it")
    return allowed[0], allowed[-1]


def most_descriptors() -> int:
    return resource.getrlimit(resource.RLIMIT_NOFILE)[1]


def start(command: list[str], core: int, **options) -> subprocess.Popen:
    """Starts a program on a core, with all the descriptors that it may have."""

    def prepare() -> None:
        os.sched_setaffinity(0, {core})
        resource.setrlimit(resource.RLIMIT_NOFILE, (most_descriptors(), most_descriptors()))

    return subprocess.Popen(command, preexec_fn=prepare, **options)


class ControlGroup:
    """Processes that run before those of others, and if `limited` for half of the time of one core. `allowed` is false
    where no such group can be made."""

    def __init__(self, name: str, limited: bool) -> None:
        version_1 = (_CGROUP / "cpu/cgroup.procs").exists()
        self._path = (_CGROUP / "cpu" if version_1 else _CGROUP) / f"gotback-bench-{name}-{os.getpid()}"
        try:
            self._make(version_1, limited)
            self.allowed = True
        except OSError as error:
            self.allowed = False
            if limited:
                notes.append(f"half a core is not allowed here ({error}): CPU time a message is what is compared")

    def _make(self, version_1: bool, limited: bool) -> None:
        if not version_1:
            (_CGROUP / "cgroup.subtree_control").write_text("+cpu")
        self._path.mkdir()
        half = _PERIOD_US // 2
        if version_1:
            settings = {"cpu.shares": "65536"}
            quota = {"cpu.cfs_period_us": str(_PERIOD_US), "cpu.cfs_quota_us": str(half)}
        else:
            settings = {"cpu.weight": "10000"}
            quota = {"cpu.max": f"{half} {_PERIOD_US}"}
        for name, value in (settings | (quota if limited else {})).items():
            (self._path / name).write_text(value)

    def take(self, pid: int) -> None:
        if self.allowed:
            (self._path / "cgroup.procs").write_text(str(pid))

    def remove(self) -> None:
        if self.allowed:
            self._path.rmdir()
