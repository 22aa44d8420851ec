"""What was measured, as text for a terminal."""

from harness import figures
from harness.shapes import Shape

_HEADINGS = ("", "a second", "p50 µs", "p99 µs", "CPU µs", "used", "calls", "allocs", "MiB", "of raw", "CPU",
             "of peers")
_NAME_WIDTH = 34


def _number(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value >= 1000 else f"{value:.3g}"


def _ratio(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _row(cells: tuple[str, ...]) -> str:
    return cells[0].ljust(_NAME_WIDTH) + "".join(cell.rjust(10) for cell in cells[1:])


def rows_of(shape: Shape, result: dict, kinds: dict[str, str]) -> list[dict]:
    """The figures of a shape, a dict a server, the best first."""
    runs, counts = result["runs"], figures.compared_by(shape.counts, result["half_core"])
    raw = figures.best(runs, [name for name, kind in kinds.items() if kind == "raw"], counts)
    peer = figures.best(runs, [name for name, kind in kinds.items() if kind == "peer"], counts)

    def of(name: str, reference: str | None, by: str) -> float | None:
        return figures.ratio(runs, name, reference, by) if reference else None

    capacity = 2 if shape.limited and result["half_core"] else 1  # of the whole core
    rows = [{
        "server": name,
        "rate": capacity * figures.typical(runs[name], figures.rate),
        "p50_us": figures.typical(runs[name], lambda run: run["p50_ns"] / 1000),
        "p99_us": figures.typical(runs[name], lambda run: run["p99_ns"] / 1000),
        "cpu_us": figures.typical(runs[name], figures.cpu_us),
        "cpu_share": figures.typical(runs[name], figures.cpu_share),
        "system_calls": result["system_calls"].get(name),
        "allocations": result["allocations"].get(name),
        "memory_mib": result["memory_kib"][name] / 1024,
        "of_raw": of(name, raw, counts),
        "cpu_of_raw": of(name, raw, "cpu"),
        "of_peers": of(name, peer, counts),
    } for name in runs]
    return sorted(rows, key=lambda row: -(row["of_raw"] or row["rate"]))


def ratios_to_raw(shape: Shape, result: dict, kinds: dict[str, str]) -> dict[str, float]:
    """How good each server is beside the best raw loop, the best first; nothing where no loop was measured."""
    return {row["server"]: row["of_raw"] for row in rows_of(shape, result, kinds) if row["of_raw"] is not None}


def text_of(shape: Shape, result: dict, kinds: dict[str, str]) -> str:
    lines = [f"{shape.transport}: {shape.title}", _row(_HEADINGS)]
    for row in rows_of(shape, result, kinds):
        numbers = (row[key] for key in ("rate", "p50_us", "p99_us", "cpu_us", "cpu_share", "system_calls",
                                        "allocations", "memory_mib"))
        lines.append(_row((row["server"], *map(_number, numbers),
                           *(_ratio(row[key]) for key in ("of_raw", "cpu_of_raw", "of_peers")))))
    lines += [f"{name}: {why}" for name, why in result["failures"].items()]
    return "\n".join(lines) + "\n"
