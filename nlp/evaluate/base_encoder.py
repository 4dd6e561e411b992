"""The encoder that a model was made from, before training, to compare its vectors with."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from tokenizers import Tokenizer

from nlp.arrays import Float64
from nlp.backends.batching import PADDING_ID, batches
from nlp.encoding import PREFIX
from nlp.manifest import TOKENIZER_FILE

PADDED_CHARACTERS: Final = 8192
"""The approximate size of a batch, padding included."""

MAX_TOKENS: Final = 512


class EncoderError(Exception):
    """A folder has no encoder, or none that can be read."""


class BaseEncoder:
    """Embeds texts with the encoder in ``folder``, in the way that its authors recommend.

    That is with ``query: `` in front, as the mean of all tokens' vectors (Wang et al. 2024,
    Multilingual E5 text embeddings). Imports torch. Raises EncoderError if the folder has no
    encoder or no tokenizer.
    """

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModel

        if not (folder / TOKENIZER_FILE).is_file():
            raise EncoderError(f"{folder} has no encoder: {TOKENIZER_FILE} is missing")
        try:
            self._encoder = AutoModel.from_pretrained(
                folder, dtype=torch.float32, add_pooling_layer=False
            ).eval()
        except (OSError, ValueError, TypeError) as error:
            raise EncoderError(f"{folder} has no encoder that can be read: {error}") from error
        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_padding(pad_id=PADDING_ID)
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def embed(self, texts: Sequence[str]) -> Float64:
        """Vectors (texts, width) of length 1; texts that are too long are truncated."""
        rows: dict[int, Float64] = {}
        for batch in batches([len(text) for text in texts], PADDED_CHARACTERS):
            found = self._run([f"{PREFIX} {texts[index]}" for index in batch])
            rows.update(zip(batch, found, strict=True))
        if not rows:
            return np.zeros((0, self._encoder.config.hidden_size))
        vectors = np.array([rows[index] for index in range(len(texts))])
        unit: Float64 = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit

    def _run(self, texts: Sequence[str]) -> Any:
        import torch

        encodings = self._tokenizer.encode_batch(texts)
        ids = torch.tensor([encoding.ids for encoding in encodings])
        mask = torch.tensor([encoding.attention_mask for encoding in encodings])
        with torch.inference_mode():
            hidden = self._encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        sums = (hidden * mask[..., None]).sum(dim=1)
        return (sums / mask.sum(dim=1, keepdim=True)).double().numpy()
