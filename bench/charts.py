"""Time of each district chart: the SVG text of a real district, Korean, half a page wide.

    python -m bench.charts [repeat]

Prints the median and the worst of the runs in milliseconds, and the size of the text. The goal is 10 ms each: a page
with six charts is then still drawn in less than the time of one frame at 15 pictures a second.
"""

import sys
from statistics import median
from time import perf_counter

from tests.unit.district.charts.samples import pictures

from madang.district.charts import CONSOLE

GOAL_MS = 10.0


def main(repeat: int) -> None:
    """Time every chart of the samples. repeat: runs of each; the first, which fills caches, does not count."""
    for name, draw in pictures("ko").items():
        times_ms = []
        for _ in range(repeat + 1):
            start = perf_counter()
            svg = draw(CONSOLE, 720.0)
            times_ms.append((perf_counter() - start) * 1000)
        told = "" if median(times_ms[1:]) <= GOAL_MS else "  over the goal"
        size = len(svg.encode()) / 1024
        print(f"{name:12} {median(times_ms[1:]):7.2f} ms  worst {max(times_ms[1:]):7.2f} ms  {size:6.1f} KiB{told}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
