"""Arithmetic on what was measured. A run is what raw_client printed, as a dict; pure functions, no I/O."""

from statistics import median

_USED_UP = 0.9  # of what the server was allowed

Run = dict
Runs = dict[str, list[Run]]  # by server


def rate(run: Run) -> float:
    return run["messages"] / run["seconds"]


def cpu_us(run: Run) -> float:
    """The server's CPU time a message, in microseconds."""
    return run["server_cpu_seconds"] * 1e6 / run["messages"]


def cpu_share(run: Run) -> float:
    """How much of a core the server used."""
    return run["server_cpu_seconds"] / run["seconds"]


def goodness(run: Run, counts: str) -> float:
    """A number that is greater for the better run: a rate, the messages of a second of CPU, or what a p50 allows."""
    if counts == "latency":
        return 1e9 / run["p50_ns"]
    return rate(run) if counts == "capacity" else 1e6 / cpu_us(run)


def typical(runs: list[Run], figure) -> float:
    return median(figure(run) for run in runs)


def ratio(runs: Runs, server: str, reference: str, counts: str) -> float:
    """How good `server` is beside `reference`: the median of what each round says, since what disturbs a round disturbs
    both."""
    return median(goodness(mine, counts) / goodness(other, counts)
                  for mine, other in zip(runs[server], runs[reference]))


def is_limit(runs: list[Run], allowed: float = 0.5) -> bool:
    """Whether the server was what limited the rate: whether it used what it was allowed, half a core."""
    return typical(runs, cpu_share) >= _USED_UP * allowed


def compared_by(counts: str, half_core: bool) -> str:
    """What tells servers apart: a rate tells nothing of one that was not limited."""
    return "cpu" if counts == "capacity" and not half_core else counts


def counted(runs: Runs, servers: list[str], counts: str) -> str:
    """What is to be compared: not a capacity where the generator, or the rest of the machine, was the limit."""
    if counts == "capacity" and not all(is_limit(runs[server]) for server in servers):
        return "cpu"
    return counts


def best(runs: Runs, servers: list[str], counts: str) -> str | None:
    """The best of these servers, of those that were measured."""
    measured = [server for server in servers if runs.get(server)]
    return max(measured, key=lambda server: typical(runs[server], lambda run: goodness(run, counts)), default=None)
