"""Engines on torch: any Hugging Face sentiment classifier, and our own encoder unquantised.

Torch and transformers are imported only when an engine is created: they are slow to import.
"""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from nlp.arrays import Float32
from nlp.backends.batching import batches, to_arrays, to_reading
from nlp.backends.polarity import polarities, to_sentiment
from nlp.backends.protocol import Reading, Window
from nlp.manifest import sha256, verify

if TYPE_CHECKING:
    import torch

PADDED_TOKENS: Final = 4096
"""Tokens of a batch, padding included: a GPU prefers larger batches than a CPU's cache."""

_MAX_TOKENS: Final = 512
_OVERLAP: Final = 32


class TorchBackend:
    """Runs the encoder of an artefact folder that has unquantised weights.

    The folder has ``config.json`` of the encoder and ``model.safetensors`` with the state
    of a ``MentionNetwork``, both named in the manifest. Uses a GPU in half precision if there is
    one, otherwise the CPU in float32 with ``threads`` threads; ``dtype`` is the number
    format of the weights. Raises ArtefactError if the folder is not an unchanged model.
    """

    def __init__(self, folder: Path, threads: int = 2) -> None:
        from nlp.backends.network import load_network

        self.manifest = verify(folder)
        self.max_tokens = self.manifest.max_tokens
        network = load_network(folder, dropout=0.0, attention=None)
        self._device, number_format = _placement(threads)
        self._network = network.eval().to(self._device, number_format)
        self.dtype = _name(number_format)

    def read(self, windows: Iterable[Window]) -> list[Reading]:
        """One reading per window, in order."""
        windows = list(windows)
        readings: dict[int, Reading] = {}
        for batch in batches([len(window.ids) for window in windows], PADDED_TOKENS):
            logits, embeddings = self._run([windows[index] for index in batch])
            for row, index in enumerate(batch):
                readings[index] = to_reading(windows[index], logits[row], embeddings[row])
        return [readings[index] for index in range(len(windows))]

    def _run(self, windows: Sequence[Window]) -> tuple[Float32, Float32]:
        import torch

        inputs = {name: torch.from_numpy(array) for name, array in to_arrays(windows).items()}
        with torch.inference_mode():
            logits, embeddings = self._network(
                **{name: tensor.to(self._device) for name, tensor in inputs.items()}
            )
        return logits.float().cpu().numpy(), embeddings.float().cpu().numpy()


class SentimentClassifier:
    """Any Hugging Face sequence classifier whose labels are sentiments.

    ``model`` is a folder or a model id of the hub. Uses a GPU if there is one. A text longer than
    the model's window is read in overlapping windows, whose logits are averaged. Raises
    UnknownLabelsError if its labels are not sentiments, OSError if it cannot be loaded.

    ``revision`` identifies its weights: the hub's commit, or a checksum of the folder's weights;
    ``dtype`` is their number format.
    """

    def __init__(self, model: str, threads: int = 2) -> None:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(model)
        network = AutoModelForSequenceClassification.from_pretrained(model)
        self.revision = _revision(model, getattr(network.config, "_commit_hash", None))
        self._meaning = polarities(network.config.id2label)
        self._device, number_format = _placement(threads)
        self._network = network.eval().to(self._device, number_format)
        self.dtype = _name(number_format)
        self._window = min(
            self._tokenizer.model_max_length,
            getattr(network.config, "max_position_embeddings", _MAX_TOKENS) - 2,
            _MAX_TOKENS,
        )

    def read(self, texts: Sequence[str]) -> Float32:
        """Logits (texts, 3) of negative, neutral and positive."""
        ids, owners = self._encode(texts)
        logits = np.zeros((len(ids), len(self._meaning)), dtype=np.float32)
        for batch in batches([len(row) for row in ids], PADDED_TOKENS):
            logits[batch] = self._run([ids[index] for index in batch])
        sums = np.zeros((len(texts), logits.shape[1]), dtype=np.float32)
        np.add.at(sums, owners, logits)
        counts = np.bincount(owners, minlength=len(texts)).astype(np.float32)
        return to_sentiment(sums / counts[:, None], self._meaning)

    def _encode(self, texts: Sequence[str]) -> tuple[list[list[int]], list[int]]:
        """Token ids of each window, and the index of the text that it belongs to."""
        encoded = self._tokenizer(
            list(texts),
            truncation=True,
            max_length=self._window,
            stride=min(_OVERLAP, self._window // 4),
            return_overflowing_tokens=True,
        )
        nothing = [self._tokenizer.unk_token_id or 0]
        ids = [row or nothing for row in encoded["input_ids"]]
        return ids, encoded["overflow_to_sample_mapping"]

    def _run(self, rows: list[list[int]]) -> Float32:
        import torch

        inputs = self._tokenizer.pad({"input_ids": rows}, return_tensors="pt")
        with torch.inference_mode():
            logits = self._network(**inputs.to(self._device)).logits
        found: Float32 = logits.float().cpu().numpy()
        return found


def _revision(model: str, commit: str | None) -> str:
    weights = sorted(Path(model).glob("*.safetensors")) + sorted(Path(model).glob("*.bin"))
    if not weights:
        return f"{model}@{commit}"
    return hashlib.sha256("".join(map(sha256, weights)).encode()).hexdigest()


def _placement(threads: int) -> "tuple[torch.device, torch.dtype]":
    """The device to compute on and the number format; sets torch's threads on a CPU."""
    import torch

    if not torch.cuda.is_available():
        torch.set_num_threads(threads)
        return torch.device("cpu"), torch.float32
    half = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.device("cuda"), half


def _name(number_format: "torch.dtype") -> str:
    return str(number_format).removeprefix("torch.")
