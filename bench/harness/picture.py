"""The ratios as a picture: a panel a shape, a bar a server. SVG, drawn here, so that nothing has to be installed."""

from html import escape

from harness import table
from harness.shapes import SHAPES, Shape

_COLUMNS = 2
_PANEL_WIDTH, _ROW_HEIGHT, _TITLE_HEIGHT, _GAP = 440, 19, 30, 18
_MARGIN, _HEAD_HEIGHT = 20, 64
_NAME_WIDTH, _VALUE_WIDTH = 190, 44
_MOST = 1.15  # what the longest bar stands for; what is better is cut there, and its number tells
_COLOURS = {"ours": "#d9480f", "raw": "#868e96", "peer": "#4c78a8"}
_TEXT, _FAINT = "#212529", "#adb5bd"


def shown(shape: Shape, results: dict) -> list[tuple[str, float]]:
    """The bars of a panel, the longest first. Of the io_uring loops the best one, of ours on io_uring one."""
    ratios = table.ratios_to_raw(shape, results["shapes"][shape.name], results["kinds"])
    loops = [name for name in ratios if name.startswith("raw io_uring")]
    left_out = {*loops[1:], "echo_server --backend io_uring", "echo_server --spin"}
    return [(name, ratio) for name, ratio in ratios.items() if name not in left_out]


def _text(x: float, y: float, text: str, **style: str) -> str:
    attributes = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in style.items())
    return f'<text x="{x:g}" y="{y:g}"{attributes}>{escape(text)}</text>'


def _panel(x: float, y: float, shape: Shape, pairs: list[tuple[str, float]], kinds: dict[str, str]) -> list[str]:
    scale = (_PANEL_WIDTH - _NAME_WIDTH - _VALUE_WIDTH) / _MOST
    left, top = x + _NAME_WIDTH, y + _TITLE_HEIGHT
    parts = [_text(x, y + 14, f"{shape.transport}: {shape.title}", font_weight="bold", font_size="13", fill=_TEXT)]
    one, bottom = left + scale, top + len(pairs) * _ROW_HEIGHT
    parts.append(f'<line x1="{one:g}" y1="{top - 3:g}" x2="{one:g}" y2="{bottom:g}" stroke="{_FAINT}" '
                 'stroke-dasharray="3 3"/>')
    for row, (name, value) in enumerate(pairs):
        at = top + row * _ROW_HEIGHT
        colour, weight = _COLOURS[kinds[name]], "bold" if kinds[name] == "ours" else "normal"
        parts += [_text(left - 6, at + 12, name, text_anchor="end", font_weight=weight, fill=_TEXT),
                  f'<rect x="{left:g}" y="{at + 2:g}" width="{min(value, _MOST) * scale:.1f}" height="13" '
                  f'fill="{colour}"/>',
                  _text(left + min(value, _MOST) * scale + 5, at + 12, f"{value:.2f}", font_weight=weight, fill=_TEXT,
                        paint_order="stroke", stroke="#ffffff", stroke_width="3")]
    return parts


def _head(results: dict) -> list[str]:
    machine = results["machine"]
    where = f"{machine['cpu']}, {machine['cores']} cores, Linux {machine['kernel']}, {machine['date']}"
    parts = [_text(_MARGIN, 26, "Beside the best raw loop in C, which is 1.00: longer is better", font_size="16",
                   font_weight="bold", fill=_TEXT),
             _text(_MARGIN, 46, where, fill=_TEXT)]
    x = _MARGIN + _PANEL_WIDTH + _GAP
    for kind, label in (("ours", "gotback"), ("raw", "raw loops"), ("peer", "the same server elsewhere")):
        parts += [f'<rect x="{x}" y="36" width="11" height="11" fill="{_COLOURS[kind]}"/>',
                  _text(x + 16, 46, label, fill=_TEXT)]
        x += 30 + 8 * len(label)
    return parts


def svg_of(results: dict) -> str:
    panels = [(shape, shown(shape, results)) for shape in SHAPES if shape.name in results["shapes"]]
    width = 2 * _MARGIN + _COLUMNS * _PANEL_WIDTH + (_COLUMNS - 1) * _GAP
    parts, top = _head(results), _HEAD_HEIGHT
    for first in range(0, len(panels), _COLUMNS):
        line = panels[first:first + _COLUMNS]
        for column, (shape, pairs) in enumerate(line):
            parts += _panel(_MARGIN + column * (_PANEL_WIDTH + _GAP), top, shape, pairs, results["kinds"])
        top += _TITLE_HEIGHT + max(len(pairs) for _, pairs in line) * _ROW_HEIGHT + _GAP
    opening = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {top}" width="{width}" height="{top}" '
               'font-family="DejaVu Sans, Verdana, sans-serif" font-size="11">')
    return "\n".join([opening, f'<rect width="{width}" height="{top}" fill="#ffffff"/>', *parts, "</svg>", ""])
