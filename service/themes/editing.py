"""What people do with pain points: name, own, resolve, merge and split them.

Each is one transaction. That of a merge moves at most ``MOVE_BATCH`` mentions; ``move_rest`` moves
the others afterwards.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np
from sqlmodel import Session
from threadpoolctl import threadpool_limits

from models.pain_point import OPEN, RESOLVED, PainPoint
from nlp.themes.space import Space, centroid_to_bytes
from service import clock
from service.db import Database
from service.errors import InvalidParam
from service.insights import journey_cells
from service.journey.mapping import JourneyMap
from service.themes import steps
from service.themes.describing import (
    describe_theme,
    main_language,
    sample_theme,
    store_descriptions,
)
from service.themes.errors import CellPainPoint, NotSplittable, NotTheSamePlace
from service.themes.finding import MIN_MENTIONS
from service.themes.leases import mark
from service.themes.moving import MOVE_BATCH, lock_items, move_mentions
from service.themes.places import Place, bump_stamp, lock_places, place_of_theme
from service.themes.queries import (
    Key,
    centroid_of,
    has_members,
    keys_of,
    sample_of,
)
from service.themes.rows import (
    add_theme,
    merge_rows,
    plain_title,
    reopen_if_resolved_before,
    surviving_theme,
)
from service.themes.schemas import PainPointIn

SPLIT_MENTIONS: Final = 3000
"""The latest mentions of a pain point that are considered when it is split in two."""
ALIKE: Final = 1e-3
"""Unit vectors that differ by less in every component count as equal."""


class Editor(NamedTuple):
    """Who acts, in which workspace, and the journey that names the result."""

    workspace_id: UUID
    key_id: UUID
    journey: JourneyMap


class Move(NamedTuple):
    """Mentions of the theme ``source`` went to ``target``; ``rest``: some are still to be moved."""

    place: Place
    source: UUID
    target: UUID
    rest: bool


def find(session: Session, editor: Editor, wanted: UUID) -> PainPoint:
    """The theme with this id, or the one that it was merged into.

    Raises:
        CellPainPoint: it is the id of a cell of the journey.
        NoSuchPainPoint: there is none with that id.
    """
    row = surviving_theme(session, editor.workspace_id, wanted)
    if row is None:
        journey_cells.cell_with_id(editor.journey, editor.workspace_id, wanted)
        raise CellPainPoint
    return row


def update(session: Session, editor: Editor, wanted: UUID, body: PainPointIn) -> PainPoint:
    """Set the fields of a pain point that a person has changed.

    Raises:
        CellPainPoint, NoSuchPainPoint: see ``find``.
    """
    theme = _find_locked(session, editor, wanted)
    said = body.model_dump(exclude_unset=True)
    if "title" in said:
        theme.titled_by = editor.key_id if body.title else None
        theme.title = body.title or plain_title(place_of_theme(theme))
    if "owner" in said:
        theme.owner = body.owner
    status = body.status or OPEN
    if "status" in said and status != theme.status:
        theme.status = status
        theme.resolved_at = clock.now() if status == RESOLVED else None
    _changed(session, theme)
    return theme


def merge(session: Session, editor: Editor, wanted: UUID, into: UUID) -> Move | None:
    """Merge a pain point into another; None if that has been done already.

    Raises:
        NotTheSamePlace: they are of different cells or sentiments.
        CellPainPoint, NoSuchPainPoint: see ``find``.
    """
    theme = find(session, editor, wanted)
    keys = keys_of(session, editor.workspace_id, [theme.id], MOVE_BATCH)
    items = lock_items(session, editor.workspace_id, {key.feedback_id for key in keys})
    theme, target = _find_locked(session, editor, theme.id), find(session, editor, into)
    place = place_of_theme(theme)
    if place_of_theme(target) != place:
        raise NotTheSamePlace
    if theme.id == target.id:
        return None
    target.shaped = theme.shaped = True
    merge_rows(session, place, theme, target)
    if moved := move_mentions(session, items, keys, place, theme.id, target.id):
        reopen_if_resolved_before(session, place, target, max(said for _, said in moved))
    rest = has_members(session, editor.workspace_id, theme.id)
    if rest:
        mark(session, place)
    return Move(place, theme.id, target.id, rest)


def split(
    session: Session,
    space: Space,
    editor: Editor,
    wanted: UUID,
    keys: Sequence[Key],
    title: str | None,
) -> Move:
    """Make a new pain point of mentions of another; ``target`` of the result is the new one.

    Raises:
        NotSplittable: some are not its mentions, or they are all of its mentions.
        CellPainPoint, NoSuchPainPoint: see ``find``.
    """
    items = lock_items(session, editor.workspace_id, {key.feedback_id for key in keys})
    theme = _find_locked(session, editor, wanted)
    place = place_of_theme(theme)
    mean = centroid_of(session, space, editor.workspace_id, set(keys))
    new = add_theme(
        session, space, place, theme.centroid if mean is None else centroid_to_bytes(mean)
    )
    if mean is None:
        new.model_version = theme.model_version
    if title:
        new.title, new.titled_by = title, editor.key_id
    new.shaped = theme.shaped = True
    moved = {key for key, _ in move_mentions(session, items, keys, place, theme.id, new.id)}
    if missing := [index for index, key in enumerate(keys) if key not in moved]:
        reason = "is not a mention of this pain point; list its mentions and choose some of them"
        raise NotSplittable(
            invalid_params=[InvalidParam(f"mentions.{index}", reason) for index in missing]
        )
    if not has_members(session, editor.workspace_id, theme.id):  # the move is rolled back
        reason = "must not be all of its mentions; leave at least one"
        raise NotSplittable(invalid_params=[InvalidParam("mentions", reason)])
    _changed(session, theme)
    return Move(place, theme.id, new.id, rest=False)


def smaller_cluster(session: Session, space: Space, editor: Editor, wanted: UUID) -> list[Key]:
    """The smaller of two clusters of the latest mentions of a pain point.

    By k-means on their vectors (Lloyd 1982; k-means++ seeds, ten of them, the best result).

    Raises:
        NotSplittable: the model in use has read too few mentions, or all are alike.
    """
    theme = find(session, editor, wanted)
    keys, vectors = sample_of(session, space, editor.workspace_id, theme.id, SPLIT_MENTIONS)
    if len(keys) < MIN_MENTIONS:
        reason = f"needs at least {MIN_MENTIONS} mentions that the model in use has read"
        raise NotSplittable(invalid_params=[InvalidParam("parts", reason)])
    if np.ptp(vectors, axis=0).max() < ALIKE:
        reason = "needs mentions that differ; all of these are alike"
        raise NotSplittable(invalid_params=[InvalidParam("parts", reason)])
    from sklearn.cluster import KMeans

    with threadpool_limits(1, "openmp"):  # several threads would wait for one another for seconds
        labels = KMeans(2, n_init=10, random_state=0).fit_predict(vectors)
    smaller = int(np.bincount(labels, minlength=2).argmin())
    return [key for key, label in zip(keys, labels, strict=True) if label == smaller]


def move_rest(database: Database, move: Move) -> None:
    """Move the mentions that a merge has left, a few at a time."""
    steps.move_all(database, move.place, move.source, move.target)


def describe_again(database: Database, space: Space, place: Place, themes: Sequence[UUID]) -> None:
    """Find centroids, keywords and (unless people gave them) titles of themes that have changed."""
    with database.read() as session:
        language = main_language(session, place.workspace_id)
        samples = [sample_theme(session, space, place.workspace_id, theme) for theme in themes]
    descriptions = [describe_theme(each, language, []) for each in samples if each]
    database.transact(lambda session: store_descriptions(session, space, place, descriptions))


def _find_locked(session: Session, editor: Editor, wanted: UUID) -> PainPoint:
    """The theme, with its place locked."""
    lock_places(session, place_of_theme(find(session, editor, wanted)))
    return find(session, editor, wanted)


def _changed(session: Session, theme: PainPoint) -> None:
    theme.updated_at = clock.now()
    session.flush()
    bump_stamp(session, place_of_theme(theme))
