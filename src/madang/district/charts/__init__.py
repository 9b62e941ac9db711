"""Charts as SVG text, made on the server by pure functions; the same picture for the console page and the briefing.

Each is `draw_x(data, palette, width, lang) -> str`: data a frozen value of its module, palette CONSOLE or PRINT, width
in user units (340 phone, 720 half a page, 1100 page), lang `ko`, `en`, `fr` or `de`. The height follows from the data.
"""

from madang.district.charts.attainment import Attainment, Attainments, draw_attainments
from madang.district.charts.band import BandPoint, Bands, Line, Target, draw_bands
from madang.district.charts.baselines import Baseline, Baselines, Milestone, draw_baselines
from madang.district.charts.cash import Cash, CashPeriod, draw_cash
from madang.district.charts.landuse import LandUse, LandUses, draw_landuses
from madang.district.charts.multiples import Multiples, Panel, Range, draw_multiples
from madang.district.charts.network import Edge, Network, Node, draw_network
from madang.district.charts.palette import CONSOLE, PRINT, Palette
from madang.district.charts.parcels import Category, Locator, Outline, Parcel, Plan, draw_locator, draw_plan
from madang.district.charts.phases import PhaseBar, Phases, draw_phases
from madang.district.charts.scale import Span
from madang.district.charts.slope import Slope, Slopes, draw_slopes
from madang.district.charts.strip import Reference, Strip, draw_strip
from madang.district.charts.svg import Format
from madang.district.charts.tornado import Swing, Tornado, draw_tornado

__all__ = [
    "CONSOLE",
    "PRINT",
    "Attainment",
    "Attainments",
    "BandPoint",
    "Bands",
    "Baseline",
    "Baselines",
    "Cash",
    "CashPeriod",
    "Category",
    "Edge",
    "Format",
    "LandUse",
    "LandUses",
    "Line",
    "Locator",
    "Milestone",
    "Multiples",
    "Network",
    "Node",
    "Outline",
    "Palette",
    "Panel",
    "Parcel",
    "PhaseBar",
    "Phases",
    "Plan",
    "Range",
    "Reference",
    "Slope",
    "Slopes",
    "Span",
    "Strip",
    "Swing",
    "Target",
    "Tornado",
    "draw_attainments",
    "draw_bands",
    "draw_baselines",
    "draw_cash",
    "draw_landuses",
    "draw_locator",
    "draw_multiples",
    "draw_network",
    "draw_phases",
    "draw_plan",
    "draw_slopes",
    "draw_strip",
    "draw_tornado",
]
