"""What a training run is made of, apart from its data."""

from ast import literal_eval
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run; the same recipe, data and base give the same model.

    ``layers`` of the base are kept, the lowest ones. ``tokens`` is the size of a batch, padding
    included. A text is shown without its context at ``context_dropout``, with its kind alone at
    ``question_dropout``; a ``token_dropout`` of its mentions' tokens is made unreadable, and a
    share ``joining`` of single mentions is put together to longer texts. Learning rates are
    peaks; a layer's is ``layer_decay`` times that of the layer above it. ``seconds`` is the time
    between two checkpoints.

    Of the texts of a first pass, and of those without labels, ``first_rows`` and
    ``unlabelled_rows`` are used, drawn by chance; ``trust`` is what teachers count beside a known
    label, 0..1. ``placing`` and ``telling_apart`` weigh the losses of where a mention is placed
    and of how well its theme is told from others, the latter at ``theme_temperature``. ``balance``,
    0..1, is how far common labels are held back in the end.
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


def changed(recipe: Recipe, settings: Sequence[str]) -> Recipe:
    """The recipe with settings of the form ``name=value``; raises ValueError for any other."""
    known = {field.name: type(getattr(recipe, field.name)) for field in fields(Recipe)}
    values = {}
    for setting in settings:
        name, _, text = setting.partition("=")
        if name not in known:
            raise ValueError(f"there is no {name!r} to set; there is {', '.join(known)}")
        try:
            values[name] = known[name](literal_eval(text))
        except (ValueError, SyntaxError, TypeError) as error:
            raise ValueError(f"{setting}: {error}") from error
    return replace(recipe, **values)
