"""The bars: what has to be reached, as data, and whether it was."""

from dataclasses import dataclass

from harness import figures
from harness.shapes import SHAPES

OURS = "echo_server"
EPOLL = "echo_server --backend epoll"
IO_URING = "echo_server --backend io_uring"
SPIN = "echo_server --spin"

_SHAPES = {shape.name: shape for shape in SHAPES}


@dataclass(frozen=True)
class Verdict:
    bar: str
    figure: str
    met: bool | None  # None: it was not measured

    def __str__(self) -> str:
        word = {True: "met", False: "NOT MET", None: "not measured"}[self.met]
        return f"{word:<13} {self.bar}" + (f": {self.figure}" if self.figure else "")


@dataclass(frozen=True)
class Bar:
    """A server is at least so good beside another, in a shape. The other is a name, or the best of those that begin
    with one, or of a kind."""

    shape: str
    server: str
    beside: str  # raw, peer, or how a name begins
    at_least: float
    counts: tuple[str, ...] = ("capacity", "cpu")

    def __str__(self) -> str:
        what = {"raw": "the best raw loop", "peer": "the fastest peer"}.get(self.beside, self.beside)
        return f"{self.shape}, {self.server} ≥ {self.at_least:.3g} of {what}"


def _each(shape: str, at_least: float) -> tuple[Bar, ...]:
    """Each backend beside its loop, and the default ahead of all peers."""
    return (Bar(shape, OURS, "raw", at_least), Bar(shape, EPOLL, "raw epoll", at_least),
            Bar(shape, OURS, "peer", 1, ("capacity",)))


BARS = (
    Bar("ping-pong-1", OURS, "raw", 1 / 1.05, ("latency",)),
    Bar("ping-pong-1", SPIN, OURS, 4, ("latency",)),
    Bar("ping-pong-1", OURS, "peer", 0.97, ("latency",)),
    *_each("ping-pong-100", 0.95),
    *_each("ping-pong-1000", 0.95),
    Bar("lines", OURS, "raw", 0.92),
    Bar("lines", OURS, "peer", 1.1, ("capacity",)),
    Bar("blocks", OURS, "raw io_uring", 0.95),
    Bar("blocks", EPOLL, "raw epoll", 0.95),
    *_each("connections", 0.95),
    *_each("unix-ping-pong-100", 0.95),
    Bar("unix-lines", OURS, "raw", 0.92),
    Bar("unix-lines", OURS, "peer", 1.1, ("capacity",)),
)


def _candidates(bar: Bar, kinds: dict[str, str]) -> list[str]:
    if bar.beside in ("raw", "peer"):
        return [name for name, kind in kinds.items() if kind == bar.beside]
    exact = [name for name in kinds if name == bar.beside]
    return exact or [name for name in kinds if name.startswith(bar.beside)]


def judge(bar: Bar, results: dict) -> Verdict:
    result = results["shapes"].get(bar.shape, {"runs": {}, "half_core": False})
    runs, counts = result["runs"], figures.compared_by(_SHAPES[bar.shape].counts, result["half_core"])
    other = figures.best(runs, _candidates(bar, results["kinds"]), counts)
    if other is None or bar.server not in runs:
        return Verdict(str(bar), "", None)
    ratios = {}
    for counts in bar.counts:
        counted = figures.counted(runs, [bar.server, other], counts)
        ratios[counted] = figures.ratio(runs, bar.server, other, counted)
    text = ", ".join(f"{value:.3f} ({counted})" for counted, value in ratios.items())
    return Verdict(str(bar), f"{text} of {other}", all(value >= bar.at_least for value in ratios.values()))


def _judge_idle(idle: dict) -> list[Verdict]:
    each, share, busy = idle["bytes_each"], idle["cpu_share"], idle["busy_ratio"]
    who = f"{idle['connections']} idle connections, {idle['server']}"
    return [Verdict(f"{who}: ≤ 1 KiB of memory each", f"{each:.0f} B", each <= 1024),
            Verdict(f"{who}: no CPU time", f"{share:.2%} of a core", share < 0.001),
            Verdict(f"{who}: 64 busy ones keep ≥ 0.95 of their rate", f"{busy:.3f}", busy >= 0.95)]


def _judge_coroutines(echo: dict) -> list[Verdict]:
    cost, allocations = echo["ns"], echo["allocations"]
    return [Verdict("an echo without I/O ≤ 100 ns", f"{cost:.0f} ns", cost <= 100),
            Verdict("an echo allocates nothing", f"{allocations:.3g} allocations", allocations < 0.001)]


def _judge_generator(generator: dict) -> list[Verdict]:
    judged = [Verdict(f"echo_client, {shape}: ≤ 1.1 of the CPU time of a raw client", f"{ratio:.3f}", ratio <= 1.1)
              for shape, ratio in generator["cpu_ratio"].items()]
    for way, most in (("blocking", 200), ("spinning", 50)):
        late = generator["schedule_error_us"][way]
        judged.append(Verdict(f"echo_client, {way}: schedule error p99 ≤ {most} µs", f"{late:.1f} µs", late <= most))
    return judged


def verdicts(results: dict) -> list[Verdict]:
    """Of all bars, in their order; those of shapes that were not asked for are left out."""
    judged = [judge(bar, results) for bar in BARS if bar.shape in results["shapes"]]
    for idle in results.get("idle", []):
        judged += _judge_idle(idle)
    judged += _judge_coroutines(results["echo"]) if "echo" in results else []
    return judged + (_judge_generator(results["generator"]) if "generator" in results else [])
