"""What is asked of a server: the shapes, as data."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    name: str
    transport: str  # tcp or unix
    title: str
    generator: tuple[str, ...]  # options of raw_client
    counts: str = "capacity"  # or latency: what is compared
    unit: str = "messages"
    details: bool = False  # system calls and allocations are counted too

    @property
    def limited(self) -> bool:
        """Whether the server gets half a core; a latency is measured with all of one."""
        return self.counts == "capacity"


def _options(connections: int, depth: int = 1, size: int = 64, mode: str = "closed") -> tuple[str, ...]:
    return ("--connections", str(connections), "--depth", str(depth), "--size", str(size), "--mode", mode)


SHAPES = (
    Shape("ping-pong-1", "tcp", "ping-pong of 64 B, 1 connection, both sides blocking", _options(1, mode="blocking"),
          counts="latency"),
    Shape("ping-pong-100", "tcp", "ping-pong of 64 B, 100 connections", _options(100), details=True),
    Shape("ping-pong-1000", "tcp", "ping-pong of 64 B, 1000 connections", _options(1000)),
    Shape("lines", "tcp", "lines of 64 B, 50 connections, 32 at once", _options(50, depth=32), details=True),
    Shape("blocks", "tcp", "lines of 64 KiB, 16 connections", _options(16, size=65536), details=True),
    Shape("connections", "tcp", "connect, one echo of 64 B, close: 100 at a time", _options(100, mode="connecting"),
          unit="connections", details=True),
    Shape("unix-ping-pong-100", "unix", "ping-pong of 64 B, 100 connections", _options(100)),
    Shape("unix-lines", "unix", "lines of 64 B, 50 connections, 32 at once", _options(50, depth=32)),
)

IDLE = Shape("idle", "tcp", "connections that are silent", ("--mode", "idle"))
BUSY = Shape("busy-64", "tcp", "ping-pong of 64 B, 64 connections", _options(64))
