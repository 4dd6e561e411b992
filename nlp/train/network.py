"""The network: an encoder read once a text, and a linear head a label kind on each mention."""

from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn
from transformers import BertModel

from nlp.labels import HEADS

OUTPUTS: Final = sum(len(labels) for labels in HEADS.values())


class Reader(nn.Module):
    """Logits of all heads and a unit vector for each mention of each text."""

    encoder: BertModel

    def __init__(self, encoder: BertModel, width: int, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.Linear(width, OUTPUTS)
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, mention_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """(rows, mentions, outputs) logits and (rows, mentions, width) embeddings.

        ``input_ids`` and ``attention_mask`` are (rows, tokens); ``mention_mask`` is (rows,
        mentions, tokens), 1 at the tokens whose vectors' mean stands for the mention.
        """
        hidden = self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        count = mention_mask.sum(dim=-1, keepdim=True).clamp(min=1.0)
        pooled = mention_mask.to(hidden.dtype) @ hidden / count
        return self.heads(self.dropout(pooled)), nn.functional.normalize(pooled.float(), dim=-1)


def build_reader(base: Path, layers: int, dropout: float) -> Reader:
    """A reader on the lowest ``layers`` of the BERT model in ``base``; word vectors frozen.

    The attention is the plain kind, which the ONNX optimizer knows how to fuse.
    """
    encoder = BertModel.from_pretrained(
        base,
        dtype=torch.float32,
        attn_implementation="eager",
        add_pooling_layer=False,
        hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=0.0,
    )
    encoder.encoder.layer = encoder.encoder.layer[:layers]
    encoder.config.num_hidden_layers = len(encoder.encoder.layer)
    encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    return Reader(encoder, encoder.config.hidden_size, dropout)


def trained_state(reader: Reader) -> dict[str, Tensor]:
    """The weights that training changes; the frozen ones are the base's."""
    return {name: p.detach() for name, p in reader.named_parameters() if p.requires_grad}
