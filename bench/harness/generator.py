"""echo_client as a generator: what a message costs it beside a raw client that checks every reply, and how late it is."""

import json
import subprocess
from statistics import median

from harness import isolation
from harness.measuring import Bench, finished
from harness.servers import Running, Server
from harness.shapes import SHAPES, Shape

_PATIENCE_SECONDS = 60
_COMPARED = {"ping-pong-100": (100, 1), "lines": (50, 32)}  # connections and depth
_RATE = "1000/s"
_WAYS = {"blocking": [], "spinning": ["--spin", "1s"]}


def measure(bench: Bench, server: Server) -> dict:
    """Asks a server in turn with both."""
    running = bench.start(server, "tcp")
    try:
        costs = {shape.name: _cost_beside_raw(bench, shape, running) for shape in SHAPES if shape.name in _COMPARED}
        return {"cpu_ratio": costs, "schedule_error_us": {name: _schedule_error_us(bench, running, options)
                                                          for name, options in _WAYS.items()}}
    finally:
        running.stop()


def _cost_beside_raw(bench: Bench, shape: Shape, running: Running) -> float:
    connections, depth = _COMPARED[shape.name]
    ratios = []
    for _ in range(bench.rounds):
        run = finished(bench.generator(shape, running, "--seconds", str(bench.seconds), "--warm-up", str(bench.warm_up)),
                       f"{running.server.name}, {shape.name}")
        raw = run["generator_cpu_seconds"] / run["messages"]
        scenario = _ask(bench, running, ["--connections", str(connections), "--depth", str(depth)], bench.seconds)
        ratios.append(scenario["load"]["cpu_s"] / scenario["metrics"]["messages"]["count"] / raw)
    return median(ratios)


def _schedule_error_us(bench: Bench, running: Running, options: list[str]) -> float:
    """The 99th percentile."""
    runs = [_ask(bench, running, ["--rate", _RATE, *options], 4 * bench.seconds) for _ in range(bench.rounds)]
    return median(scenario["metrics"]["schedule_error"]["p99_s"] for scenario in runs) * 1e6


def _ask(bench: Bench, running: Running, options: list[str], seconds: float) -> dict:
    command = [str(bench.build / "bin/echo_client"), "bench", "--quiet", "--report", "json=-", "--duration", f"{seconds}s",
               "--warmup", f"{bench.warm_up}s", *options, f"tcp://127.0.0.1:{running.address}"]
    client = isolation.start(command, bench.generator_core, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    bench.first.take(client.pid)
    output, error = client.communicate(timeout=_PATIENCE_SECONDS)
    if client.returncode != 0:
        raise RuntimeError(f"echo_client: {error.strip()}")
    return json.loads(output)["scenarios"][0]
