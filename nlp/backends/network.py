"""The network: an encoder that reads each text once, and a linear head per kind of label."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import AutoConfig, AutoModel, PreTrainedModel

from nlp.labels import LABEL_COUNT
from nlp.manifest import WEIGHTS_FILE


class MentionNetwork(nn.Module):
    """Logits of all heads and a unit vector for each mention of each text.

    ``encoder`` is of the BERT family in transformers. The vector is a linear map of what the heads
    see, so that it can represent what a mention is about rather than its labels.
    """

    encoder: PreTrainedModel

    def __init__(self, encoder: PreTrainedModel, width: int, dropout: float) -> None:
        super().__init__()
        self.encoder = encoder
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.Linear(width, LABEL_COUNT)
        self.place = nn.Linear(width, width)
        nn.init.normal_(self.heads.weight, std=0.02)
        nn.init.zeros_(self.heads.bias)
        nn.init.eye_(self.place.weight)
        nn.init.zeros_(self.place.bias)

    @property
    def layers(self) -> Any:
        """The encoder's layers, BERT's of transformers, the lowest first."""
        return self.encoder.encoder.layer  # type: ignore[union-attr]

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
        placed = nn.functional.normalize(self.place(pooled).float(), dim=-1)
        return self.heads(self.dropout(pooled)), placed


def build_network(base: Path, layers: int, dropout: float) -> MentionNetwork:
    """A network on the lowest ``layers`` of the encoder in ``base``; word vectors are frozen.

    ``dropout`` (0..1) applies to the input of the heads. The encoder has no dropout, since drawing
    it took a fifth of the time. Attention is the eager kind, which the ONNX optimizer can fuse.
    """
    encoder = AutoModel.from_pretrained(
        base,
        dtype=torch.float32,
        attn_implementation="eager",
        add_pooling_layer=False,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    encoder.encoder.layer = encoder.encoder.layer[:layers]
    encoder.config.num_hidden_layers = len(encoder.encoder.layer)
    freeze_word_embeddings(encoder)
    return MentionNetwork(encoder, encoder.config.hidden_size, dropout)


def load_network(folder: Path, dropout: float, attention: str | None = "eager") -> MentionNetwork:
    """The network whose unquantised weights and configuration are in ``folder``.

    ``attention`` None selects the fastest kind that the encoder supports.
    """
    config = AutoConfig.from_pretrained(folder)
    encoder = AutoModel.from_config(  # type: ignore[no-untyped-call]
        config, add_pooling_layer=False, attn_implementation=attention
    )
    network = MentionNetwork(encoder, config.hidden_size, dropout)
    network.load_state_dict(load_file(folder / WEIGHTS_FILE))
    return network


def freeze_word_embeddings(encoder: PreTrainedModel) -> None:
    """Keep training from changing the word vectors of the encoder."""
    encoder.get_input_embeddings().weight.requires_grad_(False)


def trained_state(network: MentionNetwork) -> dict[str, Tensor]:
    """The weights that training changes, without the frozen ones."""
    return {name: p.detach() for name, p in network.named_parameters() if p.requires_grad}
