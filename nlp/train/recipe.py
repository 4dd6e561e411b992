"""What a training run is made of, apart from its data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a run; the same recipe, data and base give the same model.

    ``layers`` of the base are kept, the lowest ones. ``tokens`` is the size of a batch, padding
    included. A text is shown without its context at ``context_dropout``, with its kind alone at
    ``question_dropout``. Learning rates are peaks; a layer's is ``layer_decay`` times that of
    the layer above it. ``seconds`` is the time between two checkpoints.

    ``exact_layers``, counted from 0, leave their feed-forward part in 32 bits: the activations in
    the fifth have outliers beside which 8 bits for all of them tell too little apart.
    """

    layers: int = 6
    epochs: int = 7
    seed: int = 7
    max_tokens: int = 256
    tokens: int = 896
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.9
    weight_decay: float = 0.01
    warm_up: float = 0.06
    dropout: float = 0.1
    smoothing: float = 0.05
    context_dropout: float = 0.4
    question_dropout: float = 0.1
    averaging: float = 0.999
    clip: float = 1.0
    exact_layers: tuple[int, ...] = (4,)
    seconds: float = 120.0
