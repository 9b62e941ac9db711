"""Time and memory of the briefing: composing it, and making its PDF, HTML and data package, in each language.

    python -m bench.briefing [repeat]

Prints the median of the runs in milliseconds (of the PDF: the first run), its pages and size, and the most memory the
process held. The goal is 3 s for a PDF from the records of the shipped programme, with the 10 000 runs of its scenario.
"""

import io
import resource
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

import pypdf
from tests.unit.district.briefing.shipped_briefing import GOYANG, LANGUAGES, PLACES, book, compared

from madang.district.briefing.content import compose
from madang.district.briefing.forecast import make_forecast
from madang.district.briefing.html import make_html
from madang.district.briefing.making import read_outlines
from madang.district.briefing.package import make_package
from madang.district.briefing.pdf import make_pdf
from madang.district.briefing.values import Briefing
from madang.district.rates import Rates
from madang.district.scenario import find_scenario
from madang.district.wording import load_wording

GOAL_MS = 3000.0


def composed(lang: str) -> Briefing:
    """All of it, from the records to the value; reading the files of rates, words and outlines included."""
    scenario = find_scenario(GOYANG)
    return compose(
        book(),
        lang,
        city={"ko": "고양", "en": "Goyang"},
        wording=load_wording(PLACES / "words.csv"),
        rates=Rates.load(PLACES / "rates.csv"),
        outlines=read_outlines(GOYANG / "data" / "dong.geojson"),
        forecast=make_forecast(scenario) if scenario else None,
        results=compared(),
    )


def timed(work: Callable[[], object], repeat: int) -> float:
    """Median in milliseconds; the first run, which fills caches, does not count."""
    times_ms = []
    for _ in range(repeat + 1):
        start = perf_counter()
        work()
        times_ms.append((perf_counter() - start) * 1000)
    return median(times_ms[1:])


def main(repeat: int) -> None:
    for lang in LANGUAGES:
        made = composed(lang)
        compose_ms = timed(lambda lang=lang: composed(lang), repeat)  # type: ignore[misc]  # bound at once
        start = perf_counter()
        body = make_pdf(made)
        pdf_ms = (perf_counter() - start) * 1000  # once: typst remembers what it has set, a second run is 40 ms
        html_ms = timed(lambda made=made: make_html(made), repeat)  # type: ignore[misc]  # as above
        data_ms = timed(lambda made=made: make_package(made, book()), repeat)  # type: ignore[misc]  # as above
        pages = len(pypdf.PdfReader(io.BytesIO(body)).pages)
        told = "" if compose_ms + pdf_ms <= GOAL_MS else "  over the goal"
        print(
            f"{lang}  compose {compose_ms:6.0f} ms  pdf {pdf_ms:6.0f} ms ({pages} pages, {len(body) / 1024:.0f} KiB)  "
            f"html {html_ms:5.0f} ms  data {data_ms:5.0f} ms{told}"
        )
    print(f"most memory held: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
