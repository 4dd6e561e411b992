"""The words of analysed feedback, so that they can be searched for.

SQLite: a full-text index without a copy of the texts, kept by triggers on ``feedback``.
PostgreSQL: an index on an expression, which needs none.
Both have the words of the first 100,000 characters of analysed feedback, and a character each of
scripts that put no blanks between words. What they find is looked at again by the service, which
knows where a mention begins and ends: an index may say too much, never too little.

Locks: the index on PostgreSQL lets nobody write feedback until it is built, an hour for ten
million items; SQLite reads all texts once.
"""

from typing import Final

from alembic import op

revision: str = "2026_11_26_1930"
down_revision: str | None = "2026_11_26_1900"

MOST_CHARS: Final = 100_000
UNSPACED: Final = (
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x3040, 0x30FF),  # kana
    (0x3400, 0x4DBF),  # Chinese characters
    (0x4E00, 0x9FFF),
    (0xAC00, 0xD7A3),  # Hangul: particles are written onto the word
    (0xF900, 0xFAFF),
    (0x20000, 0x323AF),
)
SEPARATORS: Final = r"\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a9\u00ab-\u00b1\u00b4" + (
    r"\u00b6-\u00b8\u00bb\u00bf\u2000-\u206f\u20a0-\u20cf\u2190-\u2bff\u3000-\u3004\u3007-\u3020"
    r"\ufe00-\ufe0f\ufe10-\ufe6f\uff01-\uff0f\uff1a-\uff20\U0001f000-\U0001faff"
)
PART: Final = 400
"""Characters that are looked at together: SQLite counts from the start of a text each time."""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(
            "CREATE INDEX ix_feedback_words ON feedback USING gin "
            "(to_tsvector('pg_catalog.simple', verbatim_words(text))) WHERE state = 'done'"
        )
        return
    for statement in _TABLES:
        op.execute(statement)
    op.execute(
        "INSERT INTO word_place (workspace_id, feedback_id) "
        "SELECT workspace_id, id FROM feedback WHERE state = 'done'"
    )
    op.execute(
        f"INSERT INTO word_index (rowid, said) SELECT word_place.id, {_spaced('text')} "  # noqa: S608
        "FROM word_place JOIN feedback ON feedback.workspace_id = word_place.workspace_id "
        "AND feedback.id = word_place.feedback_id"
    )
    for statement in _TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_feedback_words", "feedback")
        op.execute("DROP FUNCTION verbatim_words(text)")
        return
    for name in ("added", "changed", "deleted"):
        op.execute(f"DROP TRIGGER words_{name}")
    op.execute("DROP TABLE word_index")
    op.execute("DROP TABLE word_place")


def _escapes() -> str:
    return "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in UNSPACED)


_FUNCTION: Final = rf"""
CREATE FUNCTION verbatim_words(said text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
SELECT CASE WHEN octet_length(said) = length(said)
    THEN regexp_replace(left(said, {MOST_CHARS}), '[^a-zA-Z0-9]+', ' ', 'g')
    ELSE regexp_replace(
        regexp_replace(
            normalize(
                regexp_replace(
                    normalize(left(said, {MOST_CHARS}), NFD), '[\u0300-\u036f]+', '', 'g'
                ),
                NFC
            ),
            '[{SEPARATORS}]+', ' ', 'g'
        ),
        '([{_escapes()}])', ' \1 ', 'g'
    )
END
$$
"""

_RANGES: Final = "".join(f"{chr(first)}-{chr(last)}" for first, last in UNSPACED)


def _spaced(column: str) -> str:
    """The text of ``column`` with blanks around each character of the unspaced scripts."""
    return f"""
    CASE WHEN {column} GLOB '*[{_RANGES}]*' THEN (
        WITH RECURSIVE
            part (number, said, rest) AS (
                SELECT 0, substr({column}, 1, {PART}),
                    substr({column}, {PART} + 1, {MOST_CHARS} - {PART})
                UNION ALL
                SELECT number + 1, substr(rest, 1, {PART}), substr(rest, {PART} + 1)
                FROM part WHERE rest <> ''
            ),
            place (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < {PART})
        SELECT group_concat(
            CASE WHEN sign GLOB '[{_RANGES}]' THEN ' ' || sign || ' ' ELSE sign END, ''
        )
        FROM (
            SELECT substr(said, n, 1) AS sign FROM part CROSS JOIN place
            WHERE n <= length(said) ORDER BY number, n
        )
    ) ELSE substr({column}, 1, {MOST_CHARS}) END
    """  # noqa: S608


def _found(row: str) -> str:
    return f"workspace_id = {row}.workspace_id AND feedback_id = {row}.id"


_REMOVE: Final = f"""
    INSERT INTO word_index (word_index, rowid, said)
    SELECT 'delete', id, {_spaced("old.text")} FROM word_place WHERE {_found("old")};
    DELETE FROM word_place WHERE {_found("old")};
"""  # noqa: S608
_ADD: Final = f"""
    INSERT INTO word_place (workspace_id, feedback_id)
    SELECT new.workspace_id, new.id WHERE new.state = 'done';
    INSERT INTO word_index (rowid, said)
    SELECT id, {_spaced("new.text")} FROM word_place WHERE {_found("new")};
"""  # noqa: S608
_TABLES: Final = (
    """
    CREATE TABLE word_place (
        workspace_id CHAR(32) NOT NULL,
        feedback_id CHAR(32) NOT NULL,
        id INTEGER PRIMARY KEY,
        CONSTRAINT uq_word_place UNIQUE (workspace_id, feedback_id)
    )
    """,
    """
    CREATE VIRTUAL TABLE word_index USING fts5(
        said, content='', tokenize='unicode61 remove_diacritics 2'
    )
    """,
)
_TRIGGERS: Final = (
    f"CREATE TRIGGER words_added AFTER INSERT ON feedback WHEN new.state = 'done' BEGIN {_ADD} END",
    f"""
    CREATE TRIGGER words_changed AFTER UPDATE OF state, text ON feedback
    WHEN (old.state = 'done') <> (new.state = 'done')
        OR (new.state = 'done' AND old.text <> new.text)
    BEGIN {_REMOVE} {_ADD} END
    """,
    f"CREATE TRIGGER words_deleted AFTER DELETE ON feedback BEGIN {_REMOVE} END",
)
