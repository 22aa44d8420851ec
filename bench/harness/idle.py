"""Connections that are open and silent: what they cost, and whether they slow down others."""

import subprocess
import time
from statistics import median

from harness import figures, isolation
from harness.measuring import Bench
from harness.servers import Running, Server
from harness.shapes import BUSY, IDLE

_CONNECTIONS = 19_500
_DESCRIPTORS_OF_OTHERS = 500
_PAIRS, _ROUNDS = 3, 9
_SETTLE_SECONDS, _LOOK_SECONDS = 0.5, 1.0


def measure(bench: Bench, server: Server) -> dict:
    """Compares a server that has idle connections with one that has none, some times, each with new ones."""
    count = min(_CONNECTIONS, isolation.most_descriptors() - _DESCRIPTORS_OF_OTHERS)
    runs: figures.Runs = {"crowded": [], "empty": []}
    costs = [_measure_pair(bench, server, count, runs) for _ in range(_PAIRS)]
    counts = figures.counted(runs, list(runs), "capacity")
    return {"server": server.name, "connections": count, "bytes_each": median(memory for memory, _ in costs),
            "cpu_share": median(share for _, share in costs), "busy_ratio": figures.ratio(runs, *runs, counts)}


def _measure_pair(bench: Bench, server: Server, count: int, runs: figures.Runs) -> tuple[float, float]:
    """What an idle connection costs: bytes, and CPU time of all as a share of a core. Adds runs with 64 busy ones."""
    crowded, empty = bench.start(server, "tcp"), bench.start(server, "tcp")
    before = crowded.status("RssAnon")
    holder = bench.generator(IDLE, crowded, "--connections", str(count), stdin=subprocess.PIPE)
    try:
        if holder.stdout.readline() != "IDLE\n":
            raise RuntimeError(f"{server.name}: {holder.communicate()[1].strip()}")
        memory = (crowded.status("RssAnon") - before) * 1024 / count
        share = _cpu_share(crowded)
        for running in (crowded, empty):
            bench.half_core.take(running.pid)
        for _ in range(_ROUNDS):
            runs["crowded"].append(bench.measure(BUSY, crowded))
            runs["empty"].append(bench.measure(BUSY, empty))
        return memory, share
    finally:
        holder.kill()
        holder.communicate()
        crowded.stop()
        empty.stop()


def _cpu_share(running: Running) -> float:
    time.sleep(_SETTLE_SECONDS)
    before = running.cpu_seconds()
    time.sleep(_LOOK_SECONDS)
    return (running.cpu_seconds() - before) / _LOOK_SECONDS
