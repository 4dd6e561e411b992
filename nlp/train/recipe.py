"""The settings of a training run, apart from its data."""

from ast import literal_eval
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields, replace
from math import inf
from typing import Any, Final

MAX_SEED: Final = 2**63 - 1

TINY: Final = 1e-9
"""The lower bound of settings that may be arbitrarily small, but not 0."""

BOUNDS: Final = {
    "layers": (1, inf),
    "epochs": (1, inf),
    "seed": (0, MAX_SEED),
    "max_tokens": (16, inf),
    "tokens": (1, inf),
    "layer_decay": (TINY, 1),
    "warm_up": (TINY, 1 - TINY),
    "theme_temperature": (TINY, inf),
    "clip": (TINY, inf),
    **dict.fromkeys(
        (
            "dropout",
            "smoothing",
            "context_dropout",
            "question_dropout",
            "token_dropout",
            "joining",
            "trust",
            "averaging",
            "balance",
        ),
        (0, 1),
    ),
}
"""The range of each setting; a setting that is not listed must not be negative."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run; the same recipe, data and base give the same model.

    The lowest ``layers`` of the base are kept. ``tokens`` is the size of a batch, including
    padding. A text is shown without context with probability ``context_dropout``, and with only its
    kind with probability ``question_dropout``; a share ``token_dropout`` of its mentions' tokens is
    masked, and a share ``joining`` of single mentions is joined into longer texts. Learning rates
    are peaks; a layer has ``layer_decay`` times the rate of the layer above it. ``seconds`` is the
    time between two checkpoints.

    At most ``first_rows`` texts of the first pass and ``unlabelled_rows`` without labels are used,
    drawn at random. ``trust`` (0..1) is the weight of teachers where a label is known. ``placing``
    and ``telling_apart`` are the weights of the losses of embeddings and of themes, the latter at
    ``theme_temperature``. ``balance`` (0..1) is how far common labels are reduced after training.
    """

    layers: int = 6
    epochs: int = 8
    seed: int = 7
    max_tokens: int = 256
    tokens: int = 1024
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warm_up: float = 0.06
    dropout: float = 0.1
    smoothing: float = 0.05
    context_dropout: float = 0.4
    question_dropout: float = 0.1
    token_dropout: float = 0.05
    joining: float = 0.15
    trust: float = 0.5
    first_rows: int = 12_000
    unlabelled_rows: int = 30_000
    placing: float = 1.0
    telling_apart: float = 0.5
    theme_temperature: float = 0.1
    averaging: float = 0.999
    balance: float = 0.2
    clip: float = 1.0
    seconds: float = 120.0

    def __post_init__(self) -> None:
        """Raise ValueError for a setting out of range."""
        for name, value in asdict(self).items():
            low, high = BOUNDS.get(name, (0, inf))
            if not low <= value <= high or value == inf:
                raise ValueError(f"{name} is {value}; it must be {_within(low, high)}")


def _within(low: float, high: float) -> str:
    return f"{low} or more" if high == inf else f"from {low} to {high}"


def with_settings(recipe: Recipe, settings: Sequence[str]) -> Recipe:
    """The recipe with settings of the form ``name=value``.

    Raises ValueError for any other, for a value of another type (a whole number is also a float),
    and for one out of range.
    """
    known = {field.name: type(getattr(recipe, field.name)) for field in fields(Recipe)}
    values: dict[str, Any] = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        if name not in known:
            raise ValueError(f"unknown setting {name!r}; choose from {', '.join(known)}")
        try:
            values[name] = _typed(literal_eval(text), known[name])
        except (ValueError, SyntaxError, TypeError, OverflowError) as error:
            raise ValueError(f"{setting}: {error}") from error
    return replace(recipe, **values)


def _typed(value: object, kind: type[int] | type[float]) -> int | float:
    """``value`` as it is, or a whole number as a float; raises ValueError for another type."""
    if kind is float and type(value) is int:
        return float(value)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise ValueError(f"{value!r} is not {'a whole number' if kind is int else 'a number'}")
    return value
