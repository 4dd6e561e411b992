"""Which themes a refresh describes: those that have grown since their last description."""

import math
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Final, NamedTuple
from uuid import UUID

from sqlmodel import Session

from models.pain_point import PainPoint
from nlp.themes.space import Space
from service.db import Database
from service.journey.service import current_map
from service.themes.describing import (
    DESCRIBED_MENTIONS,
    ThemeSample,
    describe_theme,
    main_language,
    sample_theme,
    store_descriptions,
)
from service.themes.leases import ThemeGrowth
from service.themes.places import Place
from service.themes.queries import (
    Key,
    Sample,
    Text,
    count_read,
    latest_loose,
    sizes,
    texts_of,
)
from service.themes.rows import UNTITLED, themes_at

MAX_DESCRIBED: Final = 40
"""Themes that are described at a time; those that have grown most come first."""
GROWN: Final = 1.2
"""A theme is described again when it has grown by a fifth."""
BACKGROUND: Final = 300
"""Mentions of the same place, from which a theme's keywords should stand out."""


class Described(NamedTuple):
    """The size of a theme when it was described, and how many of its mentions were looked at."""

    size: int
    sampled: int


class Describer:
    """Finds centroids, titles and keywords of themes; ``computing`` does what needs a processor.

    It remembers the size of each theme. Those that another worker described are described again.
    """

    def __init__(self, database: Database, space: Space, computing: Executor) -> None:
        self._database = database
        self._space = space
        self._computing = computing
        self._described: dict[UUID, Described] = {}

    def describe_grown(self, place: Place, sample: Sample | None = None) -> ThemeGrowth:
        """Describe the themes of a place that have grown.

        They stand out from ``sample``; without it, from the latest loose mentions of the place.
        """
        with self._database.read() as session:
            rows = themes_at(session, place)
            size = sizes(session, place.workspace_id, [row.id for row in rows])
            growth = {
                row.id: self._growth(session, row, size.get(row.id, 0))
                for row in rows
                if row.model_version == self._space.name
            }
            grown = sorted((id for id in growth if growth[id] >= GROWN), key=lambda id: -growth[id])
            samples = self.samples(session, place, grown[:MAX_DESCRIBED])
            around = self._around(session, place, sample) if samples else {}
        self.describe(place, samples, around)
        for each in samples:
            self._described[each.theme] = Described(size.get(each.theme, 0), len(each.sample.keys))
        lacking = (self._until_grown(theme, size.get(theme, 0)) for theme in growth)
        return ThemeGrowth(sum(size.values()), min(lacking, default=0))

    def samples(self, session: Session, place: Place, themes: Iterable[UUID]) -> list[ThemeSample]:
        """Samples of those of ``themes`` with mentions read by the present model."""
        samples = (
            sample_theme(session, self._space, place.workspace_id, theme) for theme in themes
        )
        return [sample for sample in samples if sample]

    def describe(
        self, place: Place, samples: Sequence[ThemeSample], around: Mapping[Key, Text]
    ) -> None:
        """Describe the themes of ``samples``; ``around`` are other mentions of their place."""
        if not samples:
            return
        with self._database.read() as session:
            language = main_language(session, place.workspace_id)
        descriptions = [
            self._computing.submit(
                describe_theme, each, language, _background(each, samples, around)
            ).result()
            for each in samples
        ]
        self._database.transact(
            lambda session: store_descriptions(session, self._space, place, descriptions)
        )

    def _around(self, session: Session, place: Place, sample: Sample | None) -> dict[Key, Text]:
        """The texts of some mentions of ``sample``, or of the latest loose ones."""
        if sample is None:
            known = current_map(session, place.workspace_id).known
            sample = latest_loose(session, self._space, place, known, BACKGROUND)
        return texts_of(session, place.workspace_id, sample.keys[:BACKGROUND])

    def _until_grown(self, theme: UUID, size: int) -> int:
        """How many mentions a theme of ``size`` lacks to have grown; 0 if it is undescribed."""
        was = self._described.get(theme)
        return math.ceil(was.size * GROWN) - size if was else 0

    def _growth(self, session: Session, row: PainPoint, size: int) -> float:
        """The factor by which a theme has grown since its description; infinite without a title.

        If the model had read too little of it then, what it has read since counts as growth, too.
        """
        was = self._described.get(row.id)
        if row.keywords == UNTITLED or was is None:
            return float("inf")
        growth = size / max(was.size, 1)
        if was.sampled < min(was.size, DESCRIBED_MENTIONS):
            read = count_read(session, self._space, row.workspace_id, row.id, DESCRIBED_MENTIONS)
            growth = max(growth, read / was.sampled)
        return growth


def _background(
    theme: ThemeSample, samples: Sequence[ThemeSample], around: Mapping[Key, Text]
) -> list[str]:
    """Other mentions of the place: those ``around``, and some of each other theme."""
    texts = [said.text for key, said in around.items() if key not in theme.texts]
    for other in samples:
        if other is not theme:
            some = list(other.texts.values())[: BACKGROUND // len(samples)]
            texts += [said.text for said in some]
    return texts
