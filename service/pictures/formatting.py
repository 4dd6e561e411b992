"""Formats figures for people, and picks the colour tone of a net sentiment. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Protocol, TypeVar

from service.insights.leave_one_out import SENTIMENT
from service.insights.map_schemas import ComparedOut
from service.insights.params import ATTRIBUTE

MINUS: Final = "\u2212"
NOTHING: Final = "\u2013"
TONES: Final = ((0.1, 0), (0.35, 1), (0.65, 2))
"""Upper bounds (exclusive) of |net sentiment| for the strengths 0 to 2; above, it is 3."""
STRONGEST: Final = 3
_SHORT: Final = {"nps": "NPS", "csat": "CSAT", "ces": "CES", "stars": "Stars"}
_SPANS: Final = {"ces": "7", "stars": "5"}
"""The maximum of the usual range, for scales whose KPI is a mean."""
_VOLUME: Final = "volume_share"
SHARES: Final = frozenset({"negative_share", "net_sentiment", _VOLUME})
"""Measures of 0..1 or -1..1, whose differences are shown in percentage points."""
POINTS: Final = frozenset({"nps", "csat"})
"""Scales whose KPI is in points, up to 100."""
GOOD: Final = frozenset({"satisfaction", "delight", "gratitude"})


class _Rated(Protocol):
    n: int


Rated = TypeVar("Rated", bound=_Rated)


def count(number: int) -> str:
    """1234 as "1,234"."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """A number with a regular ``noun``: "1 item", "1,234 items"."""
    return f"{count(number)} {noun}{'' if number == 1 else 's'}"


def signed(number: float, digits: int = 0) -> str:
    """A number with its sign (a true minus); zero has none."""
    text = f"{abs(number):,.{digits}f}"
    if not float(text.replace(",", "")):
        return text
    return (MINUS if number < 0 else "+") + text


def plain(number: float | None, digits: int = 1) -> str:
    """A number with a true minus, "–" for none."""
    if number is None:
        return NOTHING
    text = f"{abs(number):,.{digits}f}"
    return MINUS + text if number < 0 and float(text.replace(",", "")) else text


def net(share: float | None) -> str:
    """A net sentiment of -1..1 in percentage points, -100 to +100, "–" for none."""
    return NOTHING if share is None else signed(100 * share)


def percent(share: float | None) -> str:
    """A share as "83%", "–" for none; a share above zero is never shown as "0%"."""
    if share is None:
        return NOTHING
    text = f"{100 * share:.0f}%"
    return "<1%" if share > 0 and text == "0%" else text


def change(ratio: float | None) -> str:
    """A relative change as "+40%"; "new" if there was nothing before."""
    return "new" if ratio is None else signed(100 * ratio) + "%"


def day(at: date) -> str:
    """3 May 2026."""
    return f"{at.day} {at:%b %Y}"


def date_time(at: datetime) -> str:
    """3 May 2026, 14:05 UTC."""
    return f"{day(at.date())}, {at:%H:%M} UTC"


def tone(share: float | None, small: bool = False) -> str:
    """The class that colours a net sentiment: "n3" (worst) … "z" … "p3" (best), "none".

    ``small`` samples never get a strong colour.
    """
    if share is None:
        return "none"
    strength = next((level for bound, level in TONES if abs(share) < bound), STRONGEST)
    strength = min(strength, 1) if small else strength
    if strength == 0:
        return "z"
    return f"{'n' if share < 0 else 'p'}{strength}"


def scale(name: str) -> str:
    """A rating scale's name: "NPS", or "CSAT (1-7)" if the range is unusual."""
    base, _, span = name.partition(":")
    short = _SHORT.get(base, base.replace("_", " ").capitalize())
    return f"{short} ({span})" if span else short


def kpi_value(name: str, value: float | None) -> str:
    """A KPI's or measure's value in its own unit, with the decimals that the API rounds to.

    Fewer decimals would round twice: 3.0542 becomes 3.05, and then 3.0 instead of 3.1.
    """
    if value is None:
        return NOTHING
    base, _, span = name.partition(":")
    if base == "csat":
        return f"{value:.1f}%"
    if base == "nps":
        return signed(value, 1)
    if base == "negative_share":
        return f"{100 * value:.1f}%"
    if base == "net_sentiment":
        return signed(100 * value, 1)
    most = span.rpartition("-")[2] or _SPANS.get(base)
    return f"{plain(value, 2)} of {most}" if most else plain(value, 2)


def unit(name: str) -> str:
    """The unit of an effect on a scale, to append to its name: ", in points" or ", of 5"."""
    base, _, span = name.partition(":")
    if base in POINTS:
        return ", in points"
    most = span.rpartition("-")[2] or _SPANS.get(base)
    return f", of {most}" if most else ""


def effect(name: str, found: float) -> str:
    """An effect on a KPI with its sign, in its unit, with the decimals that the API rounds to."""
    if name == SENTIMENT:
        return signed(100 * found, 1)
    return signed(found, 1 if name.partition(":")[0] in POINTS else 2)


def value(measure: str, found: float | None) -> str:
    """A measure, to compare with another value of it: shares below 10% get one more decimal, and
    shares of volume, often below 1%, two below 0.1%."""
    if found is None:
        return NOTHING
    if measure == "mean_severity":
        return f"{plain(found, 2)} of 3"
    if measure in SHARES - {"net_sentiment"}:
        return _share(measure, found)
    return kpi_value(measure, found)


def difference(measure: str, found: float | None) -> str:
    """The difference of two values with its sign, in points or in the unit of the scale."""
    return NOTHING if found is None else signed(*_in_unit(measure, found))


def unsigned_difference(measure: str, found: float) -> str:
    """The same without a sign."""
    return plain(*_in_unit(measure, found))


def in_points(measure: str) -> bool:
    """Whether differences of a measure are shown in points."""
    return measure in SHARES or measure.partition(":")[0] in POINTS


def _in_unit(measure: str, found: float) -> tuple[float, int]:
    """A difference in its unit, and its number of decimals."""
    if not in_points(measure):
        return found, 2
    points = 100 * found if measure in SHARES else found
    return points, _digits(measure, points)


def _share(measure: str, found: float) -> str:
    digits = _digits(measure, 100 * found)
    if not digits or (found < 0.005 and measure != _VOLUME):
        return percent(found)
    return "<0.01%" if found < 0.00005 else f"{100 * found:.{digits}f}%"


def _digits(measure: str, points: float) -> int:
    """The decimals of a number of points: one below 10, two for volumes below 0.1, none for 0."""
    if not 0 < abs(points) < 9.95:
        return 0
    return 2 if measure == _VOLUME and abs(points) < 0.095 else 1


def words(label: str) -> str:
    """A label as words: "mobile_app" as "mobile app"."""
    return label.replace("_", " ")


def dimension(name: str) -> str:
    """A filter's name as words: "attr.persona" as "persona"."""
    return words(name.removeprefix(ATTRIBUTE))


def capitalised(text: str) -> str:
    """The text with a capital first letter, otherwise unchanged."""
    return text[:1].upper() + text[1:]


def most_rated(by_scale: Mapping[str, Rated], most: int) -> list[tuple[str, Rated]]:
    """KPIs, or impacts, of the scales with the most ratings."""
    return sorted(by_scale.items(), key=lambda pair: -pair[1].n)[:most]


def period(since: datetime | None, until: datetime | None) -> str:
    """A period, ``until`` exclusive: "3 May 2026 to 1 Jun 2026", "3 May 2026", "all time"."""
    first = day(since.date()) if since else None
    last = day((until - timedelta(microseconds=1)).date()) if until else None
    if first and last:
        return first if first == last else f"{first} to {last}"
    if first:
        return f"since {first}"
    return f"up to {last}" if last else "all time"


def days_of(side: ComparedOut) -> str:
    """The period that a map is compared with."""
    return period(side.since, side.until)


def emotion_class(emotion: str) -> str:
    """The class that colours an emotion's bar: "positive" or "negative"."""
    return "positive" if emotion in GOOD else "negative"
