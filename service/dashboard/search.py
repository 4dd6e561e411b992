"""Searching mentions by words or by meaning."""

from dataclasses import dataclass
from typing import Final

from nlp.embedder import Embedder
from service.dashboard.address import Address
from service.dashboard.quotes import quotes
from service.dashboard.request_view import Values, View
from service.errors import InvalidRequest
from service.insights.errors import NothingToCompare
from service.insights.search import list_mentions
from service.insights.search_params import MentionParams
from service.insights.search_schemas import MentionPageOut
from service.insights.similarity import Meaning, meaning_of

HITS_A_PAGE: Final = 20
NOTHING_SAID: Final = (
    "There is nothing here to compare mentions with. Describe what you are looking for."
)


@dataclass(frozen=True, slots=True)
class MeaningQuery:
    """A search by meaning, as read by the model, or the reason why it is impossible."""

    meaning: Meaning | None = None
    refused: str | None = None


def read_query(address: Address, embedder: Embedder) -> MeaningQuery:
    """Read the query with the model, if it is a meaning; no transaction may be open.

    Raises:
        EngineBusy: too many requests are waiting for the model.
    """
    asked = address.params
    if asked.q is None or asked.match == "words":
        return MeaningQuery()
    try:
        return MeaningQuery(meaning=meaning_of(asked.q, embedder))
    except NothingToCompare:
        return MeaningQuery(refused=NOTHING_SAID)


def search(view: View, query: MeaningQuery) -> Values:
    """The results; without a query, the latest mentions."""
    asked = view.address.params
    found, refused = (None, query.refused) if query.refused else _found(view, query)
    return view.filtering() | {
        "text": asked.q or "",
        "by_meaning": asked.match == "meaning",
        "sentiment": asked.sentiment,
        "refused": refused,
        "found": found,
        "hits": quotes(found.items) if found else [],
    }


def _found(view: View, query: MeaningQuery) -> tuple[MentionPageOut | None, str | None]:
    """The mentions, or what is wrong with the query."""
    asked = view.address.params
    words = None if query.meaning else asked.q
    chosen = {"sentiment": [asked.sentiment]} if asked.sentiment else {}
    page = {"limit": HITS_A_PAGE} if query.meaning else view.page(HITS_A_PAGE)
    params = view.params(MentionParams, q=words, **chosen, **page)
    try:
        return list_mentions(view.session, view.workspace_id, params, query.meaning), None
    except InvalidRequest as problem:
        wrong = problem.invalid_params
        if not wrong or wrong[0].name != "q":
            raise
        return None, f"This search {wrong[0].reason}."
