"""One measurement: the generator against a server that runs. And the rounds of them."""

import json
import os
import re
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harness import isolation
from harness.figures import Run, Runs
from harness.servers import Running, Server
from harness.shapes import Shape

_PATIENCE_SECONDS = 60
_COUNTED_SECONDS = 0.3  # of system calls and allocations


@dataclass(frozen=True)
class Bench:
    """Where and how long is measured."""

    build: Path
    directory: Path  # for sockets and logs
    half_core: isolation.ControlGroup
    first: isolation.ControlGroup  # not limited, but before others
    server_core: int
    generator_core: int
    rounds: int
    seconds: float
    warm_up: float

    def start(self, server: Server, transport: str, environment: dict | None = None) -> Running:
        running = Running(server, transport, self.directory, self.server_core, environment)
        self.first.take(running.pid)
        return running

    def generator(self, shape: Shape, running: Running, *options: str, **streams) -> subprocess.Popen:
        command = [str(self.build / "bench/raw_client"), *shape.generator, "--server", str(running.pid), *options,
                   *(["--spin"] if running.server.spins else []), running.address]
        generator = isolation.start(command, self.generator_core, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                    text=True, **streams)
        self.first.take(generator.pid)
        return generator

    def measure(self, shape: Shape, running: Running, seconds: float | None = None,
                warm_up: float | None = None) -> Run:
        """Asks a server for a while. RuntimeError when a reply is wrong, or none comes."""
        generator = self.generator(shape, running, "--seconds", str(self.seconds if seconds is None else seconds),
                                   "--warm-up", str(self.warm_up if warm_up is None else warm_up))
        return finished(generator, f"{running.server.name}, {shape.name}")


def finished(generator: subprocess.Popen, what: str) -> Run:
    try:
        output, error = generator.communicate(timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        generator.kill()
        raise RuntimeError(f"{what}: no answer for {_PATIENCE_SECONDS} s") from None
    if generator.returncode != 0:
        raise RuntimeError(f"{what}: {error.strip()}")
    return json.loads(output.splitlines()[-1])


@dataclass
class Measured:
    """What is known of a shape: the runs of each server, its memory at the end, and why a server has no runs."""

    runs: Runs
    memory_kib: dict[str, int]
    failures: dict[str, str]


def measure_in_turn(bench: Bench, shape: Shape, servers: list[Server], tell: Callable[[str], None]) -> Measured:
    """A B C … A B C …: so that what disturbs the machine for a while disturbs all. A server that fails is left out."""
    measured = Measured({}, {}, {})
    kept: dict[str, Running] = {}
    try:
        for number in range(bench.rounds):
            tell(f"{shape.name}: round {number + 1} of {bench.rounds}")
            for server in servers:
                if server.name not in measured.failures:
                    _measure_once(bench, shape, server, kept, measured)
    finally:
        for running in kept.values():
            running.stop()
    return measured


def _measure_once(bench: Bench, shape: Shape, server: Server, kept: dict[str, Running], measured: Measured) -> None:
    """A server is started for each round, since where its memory happens to lie counts; one that compiles as it runs is
    kept."""
    running = None
    try:
        running = kept.pop(server.name, None) or bench.start(server, shape.transport)
        if shape.limited:
            bench.half_core.take(running.pid)
        measured.runs.setdefault(server.name, []).append(bench.measure(shape, running))
        measured.memory_kib[server.name] = running.status("VmRSS")
    except (RuntimeError, OSError) as error:
        measured.failures[server.name] = str(error)
        measured.runs.pop(server.name, None)
    if running and server.compiles_as_it_runs and server.name not in measured.failures:
        kept[server.name] = running
    elif running:
        running.stop()


def system_calls_a_message(bench: Bench, shape: Shape, running: Running) -> float:
    """Counted by strace. What connecting and ending cost is taken off: it is what a run of no length costs."""
    calls_of_none, messages_of_none = _traced(bench, shape, running, 0)
    calls, messages = _traced(bench, shape, running, _COUNTED_SECONDS)
    return max(calls - calls_of_none, 0) / max(messages - messages_of_none, 1)


def _traced(bench: Bench, shape: Shape, running: Running, seconds: float) -> tuple[int, int]:
    counts = bench.directory / "strace"
    command = ["strace", "-f", "-c", "-o", str(counts), "-p", str(running.pid)]
    tracer = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        attached = tracer.stderr.readline()
        if "attached" not in attached:
            raise RuntimeError(attached.strip())
        run = bench.measure(shape, running, seconds, warm_up=0)
    finally:
        tracer.send_signal(signal.SIGINT)
        tracer.communicate()
    total = re.search(r"^\s*100\.00\s+\S+\s+\S+\s+(\d+)\s.*total$", counts.read_text(), re.MULTILINE)
    return int(total.group(1)) if total else 0, run["messages"]


def allocations_a_message(bench: Bench, shape: Shape, server: Server) -> float:
    """Those of the C library's allocator, which a library that is preloaded counts."""
    counter = bench.directory / "allocations"
    environment = os.environ | {"LD_PRELOAD": str(bench.build / "bench/count_allocations.so"),
                                "ALLOCATIONS_FILE": str(counter)}
    running = bench.start(server, shape.transport, environment)
    try:
        def counted(seconds: float) -> tuple[int, int]:
            before = int.from_bytes(counter.read_bytes(), "little")
            run = bench.measure(shape, running, seconds, warm_up=0)
            return int.from_bytes(counter.read_bytes(), "little") - before, run["messages"]

        counted(0)  # what is made once, at the first connections
        of_none, messages_of_none = counted(0)
        of_some, messages = counted(_COUNTED_SECONDS)
    finally:
        running.stop()
        counter.unlink(missing_ok=True)
    return max(of_some - of_none, 0) / max(messages - messages_of_none, 1)
