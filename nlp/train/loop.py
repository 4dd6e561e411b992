"""The training loop: deterministic and resumable."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from nlp.backends.network import MentionNetwork, trained_state
from nlp.train.batches import Batch, epoch
from nlp.train.lessons import NO_THEME, Lesson
from nlp.train.loss import mention_loss, theme_loss, vector_loss
from nlp.train.optimizer import Average, make_optimizer, set_rate
from nlp.train.precision import bfloat16_autocast
from nlp.train.recipe import Recipe


class CheckpointError(Exception):
    """A checkpoint can't be read or belongs to another run."""


@dataclass(frozen=True, slots=True)
class Step:
    """The progress of a run: passes begun, steps taken, the share done (0..1), and the loss."""

    passes: int
    steps: int
    done: float
    loss: float


class Run:
    """One training run: ``passes`` over lists of lessons, one after the other.

    The network ends up with the running mean of its weights. ``fingerprint`` identifies everything
    that the run depends on apart from its recipe, to reject the checkpoint of another run.
    """

    def __init__(
        self,
        network: MentionNetwork,
        tokenizer: Tokenizer,
        passes: Sequence[Sequence[Lesson]],
        recipe: Recipe,
        fingerprint: str,
    ) -> None:
        self.network = network
        self.tokenizer = tokenizer
        self.passes = passes
        self.recipe = recipe
        self.fingerprint = fingerprint
        self.optimizer = make_optimizer(network, recipe)
        self.average = Average(network, recipe.averaging)
        self.at, self.steps = (0, 0), 0

    def train(
        self, checkpoint: Path, on_step: Callable[[Step], None], resume: bool = False
    ) -> None:
        """Take all remaining steps, calling ``on_step`` after each.

        With ``resume``, continue from ``checkpoint`` if it exists. Raises CheckpointError if it was
        written by another run.
        """
        torch.manual_seed(self.recipe.seed)
        if resume and checkpoint.exists():
            self._load(checkpoint)
        self.network.train()
        saved = time.monotonic()
        for index, number, batch, done in self._batches():
            loss = self._step(batch, done)
            self.at, self.steps = (index, number + 1), self.steps + 1
            on_step(Step(index + 1, self.steps, done, loss))
            if time.monotonic() - saved > self.recipe.seconds:
                self._save(checkpoint)
                saved = time.monotonic()
        self._save(checkpoint)
        self.average.copy_to(self.network)
        self.network.eval()

    def _batches(self) -> Iterator[tuple[int, int, Batch, float]]:
        """Batches not yet seen: index of the pass, number in it, batch, share done before it."""
        sizes = np.cumsum([0, *(len(lessons) for lessons in self.passes)])
        for index in range(self.at[0], len(self.passes)):
            rng = np.random.default_rng([self.recipe.seed, index])
            batches = epoch(self.passes[index], self.tokenizer, self.recipe, rng)
            first = self.at[1] if index == self.at[0] else 0
            for number in range(first, len(batches)):
                seen = sizes[index] + len(self.passes[index]) * number / len(batches)
                yield index, number, batches[number], float(seen / sizes[-1])

    def _step(self, batch: Batch, done: float) -> float:
        set_rate(self.optimizer, done, self.recipe.warm_up)
        loss = self._loss(batch)
        self.optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        self.optimizer.step()
        self.average.update(self.network)
        return float(loss.detach())

    def _loss(self, batch: Batch) -> Tensor:
        recipe = self.recipe
        labels, targets, vectors, themes = map(
            torch.from_numpy, (batch.labels, batch.targets, batch.vectors, batch.themes)
        )
        with bfloat16_autocast():
            logits, embeddings = self.network(
                torch.from_numpy(batch.ids),
                torch.from_numpy(batch.attention),
                torch.from_numpy(batch.mentions),
            )
        loss = mention_loss(logits.float(), labels, targets, recipe.smoothing, recipe.trust)
        if recipe.placing:
            loss = loss + recipe.placing * vector_loss(embeddings, vectors)
        if recipe.telling_apart and (batch.themes != NO_THEME).any():
            contrastive = theme_loss(embeddings, themes, recipe.theme_temperature)
            loss = loss + recipe.telling_apart * contrastive
        return loss

    def _save(self, checkpoint: Path) -> None:
        state = {
            "recipe": asdict(self.recipe),
            "fingerprint": self.fingerprint,
            "at": self.at,
            "steps": self.steps,
            "chance": torch.get_rng_state(),
            "reader": trained_state(self.network),
            "average": self.average.weights,
            "optimizer": self.optimizer.state_dict(),
        }
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        partial = checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(checkpoint)

    def _load(self, checkpoint: Path) -> None:
        try:
            state: dict[str, Any] = torch.load(checkpoint, weights_only=True)
            written_by = state["recipe"], state["fingerprint"]
        except (UnpicklingError, EOFError, RuntimeError, KeyError, TypeError) as error:
            raise CheckpointError(f"{checkpoint} is not a checkpoint: {error}") from error
        if written_by != (asdict(self.recipe), self.fingerprint):
            raise CheckpointError(
                f"{checkpoint} was written by a run with other data, teachers, base or recipe; "
                "use another --checkpoint or leave out --resume"
            )
        self.network.load_state_dict(state["reader"], strict=False)
        self.average.weights, self.average.updates = state["average"], state["steps"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.at, self.steps = tuple(state["at"]), state["steps"]
        torch.set_rng_state(state["chance"])
