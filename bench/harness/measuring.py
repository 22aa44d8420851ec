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
    """What is known of a shape: the runs of each server, their memory, and why a server has no (more) runs."""

    runs: Runs
    memory_kib: dict[str, int]
    failures: dict[str, str]


def measure_in_turn(bench: Bench, shape: Shape, servers: list[Server], tell: Callable[[str], None]) -> Measured:
    """A B C … A B C …: so that what disturbs the machine for a while disturbs all. A server that fails is left out."""
    measured = Measured({}, {}, {})
    running: dict[str, Running] = {}
    try:
        for server in servers:
            _start(bench, shape, server, running, measured)
        for number in range(bench.rounds):
            tell(f"{shape.name}: round {number + 1} of {bench.rounds}")
            for name in list(running):
                _measure_once(bench, shape, running, name, measured)
        measured.memory_kib = {name: server.status("VmRSS") for name, server in running.items()}
    finally:
        for server in running.values():
            server.stop()
    return measured


def _start(bench: Bench, shape: Shape, server: Server, running: dict[str, Running], measured: Measured) -> None:
    try:
        running[server.name] = bench.start(server, shape.transport)
        if shape.limited:
            bench.half_core.take(running[server.name].pid)
    except (RuntimeError, OSError) as error:
        measured.failures[server.name] = str(error)


def _measure_once(bench: Bench, shape: Shape, running: dict[str, Running], name: str, measured: Measured) -> None:
    try:
        measured.runs.setdefault(name, []).append(bench.measure(shape, running[name]))
    except RuntimeError as error:
        measured.failures[name] = str(error)
        measured.runs.pop(name, None)
        running.pop(name).stop()


def system_calls_a_message(bench: Bench, shape: Shape, running: Running) -> float:
    """Counted by strace. What connecting and ending cost is taken off: it is what a run of no length costs."""
    calls_of_none, messages_of_none = _traced(bench, shape, running, 0)
    calls, messages = _traced(bench, shape, running, bench.seconds / 2)
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
        of_some, messages = counted(bench.seconds / 2)
    finally:
        running.stop()
        counter.unlink(missing_ok=True)
    return max(of_some - of_none, 0) / max(messages - messages_of_none, 1)
