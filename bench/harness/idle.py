"""Connections that are open and silent: what they cost, and whether they slow down others."""

import subprocess
import time

from harness import figures, isolation
from harness.measuring import Bench
from harness.servers import Running, Server
from harness.shapes import BUSY, IDLE

_CONNECTIONS = 19_500
_DESCRIPTORS_OF_OTHERS = 500
_LOOK_SECONDS = 1.0


def measure(bench: Bench, server: Server, rounds: int) -> dict:
    """Compares a server that has idle connections with one that has none."""
    count = min(_CONNECTIONS, isolation.most_descriptors() - _DESCRIPTORS_OF_OTHERS)
    crowded, empty = bench.start(server, "tcp"), bench.start(server, "tcp")
    try:
        before = crowded.status("RssAnon")
        holder = bench.generator(IDLE, crowded, "--connections", str(count), stdin=subprocess.PIPE)
        try:
            if holder.stdout.readline() != "IDLE\n":
                raise RuntimeError(f"{server.name}: {holder.communicate()[1].strip()}")
            memory = (crowded.status("RssAnon") - before) * 1024 / count
            return {"connections": count, "bytes_each": memory, "cpu_share": _cpu_share(crowded),
                    "busy_ratio": _busy_ratio(bench, crowded, empty, rounds)}
        finally:
            holder.kill()
            holder.communicate()
    finally:
        crowded.stop()
        empty.stop()


def _cpu_share(running: Running) -> float:
    before = running.cpu_seconds()
    time.sleep(_LOOK_SECONDS)
    return (running.cpu_seconds() - before) / _LOOK_SECONDS


def _busy_ratio(bench: Bench, crowded: Running, empty: Running, rounds: int) -> float:
    runs: figures.Runs = {"crowded": [], "empty": []}
    for running in (crowded, empty):
        bench.half_core.take(running.pid)
    for _ in range(rounds):
        runs["crowded"].append(bench.measure(BUSY, crowded))
        runs["empty"].append(bench.measure(BUSY, empty))
    return figures.ratio(runs, "crowded", "empty", figures.counted(runs, ["crowded", "empty"], "capacity"))
