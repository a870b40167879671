"""Tables on the terminal, and a mark beside each ratio that has a target."""

from collections.abc import Sequence
from statistics import median


def heading(text: str) -> None:
    """Begin a part of the report."""
    print(f"\n== {text}", flush=True)


def note(text: str) -> None:
    """One line of progress or explanation."""
    print(f"   {text}", flush=True)


def table(titles: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Columns as wide as they need, the first to the left and figures to the right."""
    cells = [[_cell(value) for value in row] for row in [titles, *rows]]
    widths = [max(len(row[place]) for row in cells) for place in range(len(titles))]
    for row in cells:
        first, *rest = (
            cell.ljust(w) if not n else cell.rjust(w)
            for n, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("   " + "  ".join([first, *rest]), flush=True)


def target(what: str, reached: float, *, least: float | None = None, most: float | None = None) -> bool:
    """Print one ratio beside its target; return whether it is met."""
    met = (least is None or reached >= least) and (most is None or reached <= most)
    wanted = f"at least {least:g}" if least is not None else f"at most {most:g}"
    print(f"   {'met   ' if met else 'MISSED'}  {what}: {reached:.2f} (target {wanted})", flush=True)
    return met


def middle(values: Sequence[float]) -> float:
    """The median, or 0 without values."""
    return median(values) if values else 0.0


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.2f}" if value < 100 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
