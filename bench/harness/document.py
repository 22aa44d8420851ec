"""The figures as Markdown, for docs/performance.md."""

from harness import bars, table
from harness.shapes import SHAPES, Shape

_BEGIN, _END = "<!-- figures: written by bench/report -->", "<!-- end of figures -->"


def replace_figures(document: str, figures_text: str) -> str:
    """The document with these figures between its two marks."""
    before, rest = document.split(_BEGIN)
    return f"{before}{_BEGIN}\n\n{figures_text}\n{_END}{rest.split(_END)[1]}"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _table(heading: list[str], rows: list[list[str]]) -> list[str]:
    return [_row(heading), "|" + "---|" * len(heading), *map(_row, rows), ""]


def _measured(results: dict) -> list[Shape]:
    return [shape for shape in SHAPES if shape.name in results["shapes"]]


def _machine(results: dict) -> list[str]:
    machine = results["machine"]
    missing = f" Not there: {', '.join(results['missing'])}." if results["missing"] else ""
    return [f"Measured on {machine['date']}: {machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, "
            f"{machine['compiler']}, congestion control {machine['congestion_control']}; {results['rounds']} rounds of "
            f"{results['seconds']:g} s.{missing}", ""]


def _ratios(results: dict) -> list[str]:
    shapes = _measured(results)
    rows = []
    for name, kind in results["kinds"].items():
        cells = [_ratio_of(shape, results, name) for shape in shapes]
        if any(cells):
            rows.append([f"**{name}**" if kind == "ours" else name, *(cell or "–" for cell in cells)])
    return _table(["beside the best raw loop", *(shape.name for shape in shapes)], rows)


def _ratio_of(shape: Shape, results: dict, name: str) -> str:
    pairs = table.ratios_to_raw(shape, results["shapes"][shape.name], results["kinds"])
    return f"{pairs[name]:.2f}" if name in pairs else ""


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}".replace(",", " ") if value >= 1000 else f"{value:.3g}"


def _details(shape: Shape, results: dict) -> list[str]:
    keys = {f"{shape.unit} a second": "rate", "p50 µs": "p50_us", "p99 µs": "p99_us", "CPU µs each": "cpu_us",
            "memory MiB": "memory_mib"}
    if shape.details:
        keys |= {"system calls each": "system_calls", "allocations each": "allocations"}
    rows = [[row["server"], *(_number(row[key]) for key in keys.values())]
            for row in table.rows_of(shape, results["shapes"][shape.name], results["kinds"])]
    return [f"### {shape.name}", "", f"{shape.transport}: {shape.title}", "", *_table([shape.name, *keys], rows)]


def _bars(results: dict) -> list[str]:
    words = {True: "yes", False: "**no**", None: "not measured"}
    return _table(["bar", "measured", "met"],
                  [[verdict.bar, verdict.figure, words[verdict.met]] for verdict in bars.verdicts(results)])


def figures_of(results: dict) -> str:
    lines = _machine(results) + _ratios(results) + ["## Bars", ""] + _bars(results) + ["## Each shape", ""]
    for shape in _measured(results):
        lines += _details(shape, results)
    return "\n".join(lines)
