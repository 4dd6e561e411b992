"""A base encoder and a model made of it, both small enough for a test."""

from pathlib import Path

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import BertConfig, BertModel

from nlp.train.curriculum import Files
from nlp.train.recipe import Recipe
from nlp.train.run import Identity, Outputs, train_model

FLOOR = Path(__file__).parent / "floor.tsv"
RECIPE = Recipe(layers=2, epochs=1, tokens=256, max_tokens=32, seconds=0.0)


def write_base(folder: Path) -> Path:
    """A random BERT of three layers, and a tokenizer with the special tokens of the real one."""
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    trainer = trainers.UnigramTrainer(
        vocab_size=400, special_tokens=["<s>", "<pad>", "</s>", "<unk>"], unk_token="<unk>"
    )
    tokenizer.train_from_iterator(FLOOR.read_text(encoding="utf-8").splitlines(), trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=3,
        num_attention_heads=4,
        intermediate_size=64,
        pad_token_id=1,
    )
    BertModel(config, add_pooling_layer=False).save_pretrained(folder)
    return folder


def write_rows(folder: Path) -> Path:
    """The first forty rows of the floor."""
    return _write(folder / "few.tsv", 0)


def write_held_out(folder: Path) -> Path:
    """The next forty."""
    return _write(folder / "held_out.tsv", 40)


def _write(path: Path, first: int) -> Path:
    header, *rows = FLOOR.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([header, *rows[first : first + 40]]), "utf-8")
    return path


def write_model(folder: Path, base: Path, data: Path) -> Outputs:
    """A model after one pass over ``data``: its artefact and its weights, calibrated."""
    outputs = Outputs(folder / "checkpoint.pt", folder / "model", folder / "weights")
    files = Files([data], held_out=[write_held_out(folder)])
    train_model(files, base, outputs, RECIPE, Identity("tiny", "1", "0", "random"), lambda _: None)
    return outputs
