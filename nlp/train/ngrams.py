"""Training character n-grams: logistic regression, and its weight relative to the encoder.

Each head is a multinomial logistic regression on the n-grams of ``nlp.ngrams``, trained in a few
passes of Adagrad (Duchi et al. 2011), under which rare n-grams learn as fast as common ones. The
encoder was trained on the same mentions and is more confident on them than on any others, so they
can't show how much weight each of the two should have. Weights are therefore fitted to held-out
mentions by maximum likelihood: one share and one temperature per head (stacked generalisation,
Wolpert 1992).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from scipy.special import logsumexp
from torch import Tensor
from torch.optim import Adagrad

from nlp.arrays import Float32, Float64
from nlp.decoding import by_head
from nlp.evaluate.answers import Answers, answer, mention_texts
from nlp.evaluate.calibration import MIN_ROWS, TEMPERATURES
from nlp.evaluate.card import remove_card
from nlp.evaluate.metrics import accuracy
from nlp.labelled.examples import UNKNOWN, Example, mention_count, read_examples
from nlp.labelled.records import DataError
from nlp.labels import HEADS, LABEL_COUNT, Head
from nlp.loading import open_model
from nlp.manifest import NGRAMS_FILE, load_manifest, sha256, write_manifest
from nlp.ngrams import (
    BUCKETS,
    Buckets,
    NGramReader,
    NGrams,
    context_buckets,
    mention_buckets,
)
from nlp.train.balance import log_shares
from nlp.train.curriculum import (
    all_examples,
    data_file,
    heads_with_few_labels,
    held_out_files,
    read_held_out,
    without_duplicates,
)
from nlp.train.folders import make_folders
from nlp.train.loss import mention_loss
from nlp.train.run import calibrate_model

PASSES: Final = 4
BATCH: Final = 1024
RATE: Final = 0.4
BIAS_RATE: Final = 0.05
SMOOTHING: Final = 0.1
SEED: Final = 7
BALANCE: Final = 0.15
"""The strength of ``nlp.train.balance.adjust_logits``: otherwise the frequency of a label would
count twice, since the encoder has already learned it."""
MIN_DF: Final = 2
"""The least mentions that an n-gram must be in (its document frequency); rarer ones are ignored."""
MAX_WEIGHT: Final = 127
"""The largest weight of a label in 8 bits."""
MAX_SHARE: Final = 2.0
"""The maximum share: n-grams complement the encoder, they don't replace it."""
TINY: Final = 1e-9


ExamplesByFile = Mapping[Path, list[Example]]


@dataclass(frozen=True, slots=True)
class HeadFit:
    """The result for one head: the factor ``share`` of its n-grams' logits, and the accuracy (0..1)
    on held-out mentions ``before``, with the previous n-grams or none, and ``now``."""

    share: float
    before: float
    now: float


def fit_ngrams(
    folder: Path,
    data: Sequence[Path],
    held_out: Sequence[Path],
    version: str | None = None,
    heads: Collection[Head] = tuple(HEADS),
) -> Mapping[Head, HeadFit]:
    """Train n-grams for the model in ``folder``, replacing those that it has.

    Its probabilities are recalibrated on ``held_out``, and ``version``, if given, becomes its
    version; the encoder does not change. The model card, if any, is removed. N-grams are not used
    for heads that are not in ``heads`` or have too few held-out labels
    (``heads_with_few_labels``). Raises ArtefactError for a folder without a model, DataError for a
    file that cannot be read, a held-out file that is also trained on, too few held-out labels of
    every head, or a folder that cannot be written to.
    """
    learned = {file.sha256: f"the model in {folder}" for file in load_manifest(folder).data}
    learned |= {sha256(path): "this run" for path in data}
    tests = read_held_out(held_out, (), learned)
    few = heads_with_few_labels(all_examples(tests))
    labelled = [head for head in heads if head not in few]
    if not labelled:
        wanted = " or ".join(heads)
        raise DataError(f"fewer than {MIN_ROWS} held-out mentions have a label for {wanted}")
    files = {path: read_examples(path) for path in data}
    make_folders(folder)
    model = open_model(folder)
    answers = answer(replace(model, ngrams=None), all_examples(tests))
    ngrams = learn(all_examples(files))
    ngram_logits = by_head(NGramReader(ngrams).read(answers.texts, answers.contexts))
    former = answers.logits
    if model.ngrams:
        former = model.ngrams.add_to(former, answers.texts, answers.contexts)
    fits = {head: _fit_share(answers, head, former[head], ngram_logits[head]) for head in labelled}
    share = {head: fits[head].share if head in fits else 0.0 for head in HEADS}
    shares = np.repeat(list(share.values()), list(map(len, HEADS.values()))).astype(np.float32)
    weighted = replace(
        ngrams,
        weights=ngrams.weights * (shares > 0),
        scales=ngrams.scales * shares,
        bias=ngrams.bias * shares,
    )
    _write(folder, weighted, files, tests, version)
    calibrate_model(folder, all_examples(tests))
    return fits


def learn(examples: Sequence[Example]) -> NGrams:
    """Train n-grams on labelled mentions. For heads without labels they favour none.

    Raises DataError if there are no mentions.
    """
    if not mention_count(examples):
        raise DataError("there are no mentions to learn from")
    mentions = [mention_buckets(text) for text in mention_texts(examples)]
    contexts = [context_buckets(e.context) for e in examples for _ in e.spans]
    rarity = _rarity([*mentions, *contexts], len(mentions))
    seen = (_rows(mentions, rarity) + _rows(contexts, rarity)).tocsr()
    known = np.array([[labels[head] for head in HEADS] for e in examples for labels in e.labels])
    with torch.sparse.check_sparse_tensor_invariants(False):  # type: ignore[no-untyped-call]
        weights, bias = _fit(seen, torch.from_numpy(known))
    scales = np.maximum(np.abs(weights).max(axis=0), TINY) / MAX_WEIGHT
    balanced = bias - np.float32(BALANCE) * log_shares(known)
    return NGrams(rarity, np.round(weights / scales).astype(np.int8), scales, balanced)


def _rarity(found: Sequence[Buckets], mentions: int) -> Float32:
    """The inverse document frequency of each bucket, in the 16 bits that it is stored in."""
    counts = np.bincount(np.concatenate(found), minlength=BUCKETS)
    rarity = np.log(np.maximum(mentions / np.maximum(counts, 1), 1))
    rarity[counts < MIN_DF] = 0
    return rarity.astype(np.float16).astype(np.float32)


def _rows(found: Sequence[Buckets], rarity: Float32) -> Any:
    """A sparse matrix (mentions, buckets) with the rarity of each mention's buckets; rows have
    length 1."""
    starts = np.cumsum([0, *map(len, found)])
    buckets = np.concatenate(found).astype(np.int32)
    rows = csr_matrix((rarity[buckets], buckets, starts), shape=(len(found), BUCKETS))
    lengths = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return diags((1 / np.maximum(lengths, TINY)).astype(np.float32)) @ rows


def _fit(rows: Any, labels: Tensor) -> tuple[Float32, Float32]:
    """Weights (buckets, labels of all heads) and bias (labels of all heads), which start at 0."""
    rng = np.random.default_rng(SEED)
    layer = torch.nn.EmbeddingBag.from_pretrained(
        torch.zeros(BUCKETS, LABEL_COUNT), freeze=False, mode="sum", sparse=True
    )
    bias = torch.zeros(LABEL_COUNT, requires_grad=True)
    steps = Adagrad(layer.parameters(), lr=RATE), Adagrad([bias], lr=BIAS_RATE)
    no_targets = torch.zeros(BATCH, 1, LABEL_COUNT)  # no teacher
    for _ in range(PASSES):
        order = rng.permutation(rows.shape[0])
        for at in range(0, len(order), BATCH):
            batch = order[at : at + BATCH]
            logits = (_logits(layer, rows[batch]) + bias)[:, None]
            known = labels[batch][:, None]
            loss = mention_loss(logits, known, no_targets[: len(batch)], SMOOTHING, trust=0.0)
            for step in steps:
                step.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            for step in steps:
                step.step()
    return layer.weight.detach().numpy(), bias.detach().numpy()


def _logits(layer: torch.nn.EmbeddingBag, rows: Any) -> Tensor:
    buckets, starts = (
        torch.from_numpy(part.astype(np.int64)) for part in (rows.indices, rows.indptr)
    )
    logits: Tensor = layer(buckets, starts[:-1], torch.from_numpy(rows.data))
    return logits


def _fit_share(answers: Answers, head: Head, former: Float64, ngram_logits: Float32) -> HeadFit:
    """Fit the share that, at the best temperature, makes the true labels most likely.

    Both are bounded and regularised by a normal prior of deviation 1: otherwise n-grams that
    separate a few mentions perfectly would drown the encoder.
    """
    known = answers.truth[head] != UNKNOWN
    truth, from_encoder = answers.truth[head][known], answers.logits[head][known]
    from_ngrams = ngram_logits[known]

    def loss(parameters: Float64) -> float:
        logits = (from_encoder + from_ngrams * parameters[1]) * np.exp(parameters[0])
        losses = logsumexp(logits, axis=1) - logits[np.arange(len(truth)), truth]
        return float((losses.sum() + parameters @ parameters / 2) / len(truth))

    bounds = [(-np.log(TEMPERATURES[-1]), -np.log(TEMPERATURES[0])), (0.0, MAX_SHARE)]
    found = minimize(loss, [0.0, 0.3], method="Nelder-Mead", bounds=bounds)
    share = float(found.x[1])
    return HeadFit(
        share,
        accuracy(truth, former[known].argmax(axis=1)),
        accuracy(truth, (from_encoder + share * from_ngrams).argmax(axis=1)),
    )


def _write(
    folder: Path,
    ngrams: NGrams,
    data: ExamplesByFile,
    held_out: ExamplesByFile,
    version: str | None,
) -> None:
    """Write n-grams and manifest; remove card and figures, which were measured before."""
    ngrams.save(folder / NGRAMS_FILE)
    manifest = load_manifest(folder)
    manifest = replace(
        manifest,
        version=version or manifest.version,
        files={**manifest.files, NGRAMS_FILE: sha256(folder / NGRAMS_FILE)},
        data=without_duplicates([*manifest.data, *(data_file(*file) for file in data.items())]),
        held_out=held_out_files(held_out, manifest),
        metrics={},
    )
    write_manifest(folder, manifest)
    remove_card(folder)
