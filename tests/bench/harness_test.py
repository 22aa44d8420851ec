"""What bench/ makes of what it measured: medians, ratios, bars."""

import sys
import unittest
import xml.etree.ElementTree
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "bench"))

from harness import bars, document, figures, picture, table  # noqa: E402
from harness.servers import peers  # noqa: E402
from harness.shapes import SHAPES  # noqa: E402


def run(rate: float, cpu_us: float = 5, cpu_share: float = 0.5, p50_us: float = 100) -> figures.Run:
    """A run of a second."""
    return {"messages": rate, "seconds": 1.0, "p50_ns": p50_us * 1000, "p99_ns": p50_us * 2000,
            "generator_cpu_seconds": 0.9, "server_cpu_seconds": cpu_share if cpu_us is None else rate * cpu_us / 1e6}


def limited(*rates: float) -> list[figures.Run]:
    """Runs of a server that used the half core that it had."""
    return [run(rate, cpu_us=None) for rate in rates]


def results_of(shape: str, runs: figures.Runs, kinds: dict[str, str]) -> dict:
    return {"kinds": kinds, "shapes": {shape: {"runs": runs, "half_core": True}}}


class Figures(unittest.TestCase):
    def test_cpu_time_is_that_of_a_message(self) -> None:
        self.assertAlmostEqual(figures.cpu_us(run(1000, cpu_us=7)), 7)

    def test_ratio_is_the_median_of_what_each_round_says(self) -> None:
        # The machine halves in the second round, for both; the medians of each alone would say something else.
        runs = {"mine": limited(110, 55, 120), "other": limited(100, 50, 100)}
        self.assertAlmostEqual(figures.ratio(runs, "mine", "other", "capacity"), 1.1)

    def test_latency_is_better_when_it_is_lower(self) -> None:
        runs = {"mine": [run(1, p50_us=50)], "other": [run(1, p50_us=100)]}
        self.assertAlmostEqual(figures.ratio(runs, "mine", "other", "latency"), 2)

    def test_best_is_of_those_that_were_measured(self) -> None:
        runs = {"slow": limited(1), "fast": limited(2)}
        self.assertEqual(figures.best(runs, ["slow", "fast", "absent"], "capacity"), "fast")
        self.assertIsNone(figures.best(runs, ["absent"], "capacity"))

    def test_a_capacity_counts_only_where_both_servers_were_the_limit(self) -> None:
        runs = {"mine": limited(100), "other": [run(100, cpu_us=None, cpu_share=0.3)]}
        self.assertEqual(figures.counted(runs, ["mine"], "capacity"), "capacity")
        self.assertEqual(figures.counted(runs, ["mine", "other"], "capacity"), "cpu")
        self.assertEqual(figures.counted(runs, ["mine", "other"], "latency"), "latency")

    def test_where_no_server_is_limited_cpu_time_is_compared(self) -> None:
        self.assertEqual(figures.compared_by("capacity", half_core=False), "cpu")
        self.assertEqual(figures.compared_by("capacity", half_core=True), "capacity")
        self.assertEqual(figures.compared_by("latency", half_core=False), "latency")


class Bars(unittest.TestCase):
    KINDS = {"raw epoll": "raw", "raw io_uring 2 KiB × 512": "raw", bars.OURS: "ours", bars.EPOLL: "ours",
             "tokio": "peer", "Go": "peer"}

    def judge(self, shape: str, server: str, beside: str, at_least: float, runs: figures.Runs) -> bars.Verdict:
        return bars.judge(bars.Bar(shape, server, beside, at_least), results_of(shape, runs, self.KINDS))

    def test_is_met_at_the_bar_and_not_below(self) -> None:
        runs = {"raw epoll": limited(80), "raw io_uring 2 KiB × 512": limited(100), bars.OURS: limited(75)}
        self.assertTrue(self.judge("lines", bars.OURS, "raw", 0.75, runs).met)
        self.assertFalse(self.judge("lines", bars.OURS, "raw", 0.76, runs).met)

    def test_has_to_be_met_by_cpu_time_too(self) -> None:
        runs = {"raw epoll": [run(100_000, cpu_us=5)], bars.OURS: [run(100_000, cpu_us=6)]}
        verdict = self.judge("lines", bars.OURS, "raw", 0.95, runs)
        self.assertFalse(verdict.met)
        self.assertEqual(verdict.figure, "1.000 (capacity), 0.833 (cpu) of raw epoll")

    def test_is_beside_the_best_of_a_kind(self) -> None:
        runs = {bars.OURS: limited(100), "tokio": limited(90), "Go": limited(50)}
        self.assertIn("1.111", self.judge("lines", bars.OURS, "peer", 1, runs).figure)

    def test_is_beside_one_server_or_those_of_a_name(self) -> None:
        runs = {"raw epoll": limited(50), "raw io_uring 2 KiB × 512": limited(100), bars.OURS: limited(60),
                bars.EPOLL: limited(48)}
        self.assertIn("1.200", self.judge("lines", bars.OURS, "raw epoll", 1, runs).figure)
        self.assertIn("0.600", self.judge("lines", bars.OURS, "raw io_uring", 1, runs).figure)
        self.assertIn("1.250", self.judge("lines", bars.OURS, bars.EPOLL, 1, runs).figure)

    def test_is_not_measured_without_peers(self) -> None:
        verdict = self.judge("lines", bars.OURS, "peer", 1, {bars.OURS: limited(100)})
        self.assertIsNone(verdict.met)
        self.assertIn("not measured", str(verdict))

    def test_all_bars_are_of_shapes_that_are_there(self) -> None:
        self.assertLessEqual({bar.shape for bar in bars.BARS}, {shape.name for shape in SHAPES})

    def test_the_generator_has_its_own(self) -> None:
        measured = {"cpu_ratio": {"lines": 1.11}, "schedule_error_us": {"blocking": 199, "spinning": 51}}
        judged = bars.verdicts({"kinds": {}, "shapes": {}, "generator": measured})
        self.assertEqual([verdict.met for verdict in judged], [False, True, False])

    def test_idle_connections_and_coroutines_have_theirs(self) -> None:
        idle = {"server": bars.OURS, "connections": 10, "bytes_each": 1025, "cpu_share": 0.0, "busy_ratio": 0.96}
        results = {"kinds": {}, "shapes": {}, "idle": [idle], "echo": {"ns": 80, "allocations": 0.0}}
        self.assertEqual([verdict.met for verdict in bars.verdicts(results)], [False, True, True, True, True])


class Peers(unittest.TestCase):
    def test_those_that_are_not_built_name_their_package(self) -> None:
        missing = {server.name: server.missing for server in peers(Path("nowhere"), Path("nowhere"))}
        self.assertEqual(missing["libuv"], "install libuv1-dev")
        self.assertEqual(missing["Go"], "install golang-go")


class Telling(unittest.TestCase):
    KINDS = {"raw epoll": "raw", bars.OURS: "ours", "tokio": "peer"}
    LINES = next(shape for shape in SHAPES if shape.name == "lines")

    def setUp(self) -> None:
        self.result = {"runs": {"raw epoll": limited(100), bars.OURS: limited(110)},
                       "memory_kib": {"raw epoll": 1024, bars.OURS: 2048}, "failures": {"tokio": "it is not ready"},
                       "half_core": True, "system_calls": {bars.OURS: 2.0}, "allocations": {}}
        machine = {"cpu": "a <fast> one", "cores": 2, "kernel": "6", "compiler": "clang", "date": "2026-01-01",
                   "congestion_control": "cubic"}
        self.results = {"machine": machine, "rounds": 1, "seconds": 1, "kinds": self.KINDS, "missing": {},
                        "shapes": {"lines": self.result}}

    def test_table_shows_the_best_first_and_what_failed(self) -> None:
        lines = table.text_of(self.LINES, self.result, self.KINDS).splitlines()
        self.assertRegex(lines[2], r"^echo_server .* 220 .* 1\.100 ")
        self.assertRegex(lines[3], r"^raw epoll .* 200 .* 1\.000 ")
        self.assertEqual(lines[4], "tokio: it is not ready")

    def test_document_has_the_figures_between_its_marks(self) -> None:
        before = "text\n<!-- figures: written by bench/report -->\nold\n<!-- end of figures -->\nmore\n"
        after = document.replace_figures(before, document.figures_of(self.results))
        self.assertIn("| **echo_server** | 1.10 |", after)
        self.assertNotIn("old", after)
        self.assertTrue(after.startswith("text\n") and after.endswith("\nmore\n"))
        self.assertEqual(document.replace_figures(after, document.figures_of(self.results)), after)

    def test_picture_has_a_bar_for_each_server(self) -> None:
        picture_of = xml.etree.ElementTree.fromstring(picture.svg_of(self.results))
        texts = [text.text for text in picture_of.iter("{http://www.w3.org/2000/svg}text")]
        self.assertLess(texts.index("echo_server"), texts.index("raw epoll"))
        self.assertIn("1.10", texts)
        self.assertNotIn("tokio", texts)


if __name__ == "__main__":
    unittest.main()
