"""The servers that are measured: how each is started, and what it lacks where it cannot be."""

import itertools
import select
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import isolation

_PATIENCE_SECONDS = 20
_STDERR_BYTES = 2000


@dataclass(frozen=True)
class Server:
    name: str
    kind: str  # raw, ours or peer
    command: Callable[[str], list[str]]  # of an address: a port, or a path
    missing: str = ""  # why it cannot be run; empty when it can
    spins: bool = False
    compiles_as_it_runs: bool = False  # and is faster later
    counts_allocations: bool = True  # those of the C library are all that it makes


def raw_servers(build: Path) -> list[Server]:
    def io_uring(size: int, count: int) -> Server:
        program = str(build / "bench/raw_io_uring")
        return Server(f"raw io_uring {size // 1024} KiB × {count}", "raw",
                      lambda address: [program, address, str(size), str(count)])

    return [Server("raw epoll", "raw", lambda address: [str(build / "bench/raw_epoll"), address]),
            io_uring(2048, 512), io_uring(16384, 64), io_uring(65536, 32)]


def own_servers(build: Path) -> list[Server]:
    program = str(build / "bin/echo_server")

    def command(address: str, *options: str) -> list[str]:
        url = f"unix:{address}" if "/" in address else f"tcp://127.0.0.1:{address}"
        return [program, "--log-level", "warn", *options, url]

    return [Server("echo_server", "ours", command),
            Server("echo_server --backend epoll", "ours", lambda address: command(address, "--backend", "epoll")),
            Server("echo_server --backend io_uring", "ours", lambda address: command(address, "--backend", "io_uring")),
            Server("echo_server --spin", "ours", lambda address: command(address, "--spin", "1ms"), spins=True)]


def peers(build: Path, sources: Path) -> list[Server]:
    """Those that are not there have no program, or lack what runs them; a package of Debian's brings it."""

    def built(name: str, program: str, package: str, **properties) -> Server:
        path = build / "bench/peers" / program
        missing = "" if path.exists() else f"install {package}"
        return Server(name, "peer", lambda address: [str(path), address], missing, **properties)

    def run_by(name: str, interpreter: list[str], check: list[str], source: str, package: str, **properties) -> Server:
        found = shutil.which(interpreter[0]) and subprocess.run([*interpreter, *check], capture_output=True)
        missing = "" if found and found.returncode == 0 else f"install {package}"
        return Server(name, "peer", lambda address: [*interpreter, str(sources / source), address], missing,
                      counts_allocations=False, **properties)

    return [built("Asio awaitables", "asio", "libasio-dev"),
            built("libuv", "libuv", "libuv1-dev"),
            built("tokio", "tokio", "cargo librust-tokio-dev librust-memchr-dev"),
            built("Go", "go", "golang-go", counts_allocations=False),
            run_by("uvloop", ["/usr/bin/python3"], ["-c", "import uvloop"], "uvloop_server.py", "python3-uvloop"),
            run_by("Node", ["node"], ["--version"], "node_server.js", "nodejs", compiles_as_it_runs=True)]


class Running:
    """A server that runs and is ready, on its core."""

    _ports = itertools.count(20000)  # those of a network namespace of its own are all free

    def __init__(self, server: Server, transport: str, directory: Path, core: int, environment: dict | None = None):
        self.server = server
        self.address = str(directory / f"{next(self._ports)}.socket") if transport == "unix" else self._free_port()
        self._log = open(directory / "log", "w+b")
        self._process = isolation.start(server.command(self.address), core, stdout=subprocess.PIPE, stderr=self._log,
                                        env=environment)
        self._wait_until_ready()

    @property
    def pid(self) -> int:
        return self._process.pid

    @classmethod
    def _free_port(cls) -> str:
        for port in cls._ports:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                    return str(port)
                except OSError:
                    continue
        raise RuntimeError("no port is free")

    def _wait_until_ready(self) -> None:
        readable, _, _ = select.select([self._process.stdout], [], [], _PATIENCE_SECONDS)
        line = self._process.stdout.readline() if readable else b""
        if not line.startswith(b"READY"):
            log = self.stop()
            raise RuntimeError(f"{self.server.name} is not ready: {log or 'it says nothing'}")

    def status(self, field: str) -> int:
        """A number of /proc/PID/status, in KiB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1])
        raise KeyError(field)

    def cpu_seconds(self) -> float:
        files = Path(f"/proc/{self.pid}/task").glob("*/schedstat")
        return sum(int(file.read_text().split()[0]) for file in files) / 1e9

    def stop(self) -> str:
        """Ends it; what it wrote to standard error."""
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._log.seek(0)
        text = self._log.read(_STDERR_BYTES).decode(errors="replace")
        self._log.close()
        return text.strip()
