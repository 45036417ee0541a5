"""The pictures of the brief: small, drawn by Vega-Lite, one a file, each with its meaning in words as well.

Shape, place and words carry every meaning; colour repeats it. A boundary is drawn where it lies, with the side named on
each side of it, and a range is drawn as a range. What is undecided is drawn as such. All are narrow enough for a phone.

| picture | of |
|---|---|
| `strip` | one assumption, and where a claim flips along it |
| `assumption` | one assumption, and the claims that flip along it |
| `region` | a claim over the two assumptions that decide it most |
| `tornado` | what flips a claim, by how much of its range it has to move |
| `distances` | how far every claim is from its nearest flip |
| `parallel` | the quantities that a claim's rule speaks of, and the combinations that it parts |
| `regrets` | what each policy of a side gives up |
| `outcomes` | how often an event happens under each policy |
| `influence` | what moves an event most |
"""

from detente.brief.charts.assumption import assumption
from detente.brief.charts.distances import distances
from detente.brief.charts.influence import influence
from detente.brief.charts.influence import widest as influence_reach
from detente.brief.charts.outcomes import outcomes
from detente.brief.charts.parallel import parallel
from detente.brief.charts.region import POINTS, drawable, region
from detente.brief.charts.regrets import regrets
from detente.brief.charts.strip import strip
from detente.brief.charts.tornado import tornado
from detente.brief.charts.tornado import widest as tornado_reach

__all__ = [
    "POINTS",
    "assumption",
    "distances",
    "drawable",
    "influence",
    "influence_reach",
    "outcomes",
    "parallel",
    "region",
    "regrets",
    "strip",
    "tornado",
    "tornado_reach",
]
