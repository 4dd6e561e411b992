"""A model without weights that always reads the same: the first label of each head."""

from collections.abc import Iterable

import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers

from nlp.analyzer import Analyzer
from nlp.backends.protocol import Reading, Window
from nlp.decoding import Calibration
from nlp.info import ModelInfo
from nlp.labels import HEADS
from nlp.loading import Model
from nlp.manifest import FORMAT, Manifest

MANIFEST = Manifest(
    format=FORMAT,
    name="test",
    version="0",
    created="",
    code_version="",
    base="",
    layers=0,
    width=2,
    max_tokens=16,
    files={},
    labels={head: list(labels) for head, labels in HEADS.items()},
    temperatures=dict.fromkeys(HEADS, 1.0),
    thresholds=dict.fromkeys(HEADS, 0.5),
)


class FirstLabel:
    """A backend that is rather sure of the first label of each head, always."""

    max_tokens = 16

    def read(self, windows: Iterable[Window]) -> list[Reading]:
        return [self._reading(len(window.spans)) for window in windows]

    def _reading(self, count: int) -> Reading:
        logits = {
            head: np.eye(1, len(labels), dtype=np.float32).repeat(count, axis=0) * 3
            for head, labels in HEADS.items()
        }
        return Reading(logits, np.ones((count, 2), dtype=np.float32))


def tokenizer() -> Tokenizer:
    """Every word is unknown, which is enough for a backend that does not look."""
    made = Tokenizer(models.WordLevel({"<unk>": 0, "<s>": 1, "</s>": 2}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def fake_model() -> Model:
    """A model that always reads the first label of each head."""
    backend = FirstLabel()
    calibration = Calibration(MANIFEST.temperatures, MANIFEST.thresholds)
    info = ModelInfo("test", "0", "0" * 64, "fake", "none")
    analyzer = Analyzer(backend, tokenizer(), calibration, info)
    return Model(backend, tokenizer(), None, MANIFEST, analyzer)
