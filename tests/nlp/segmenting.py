"""Splits texts for the tests of segmentation."""

from nlp.segment import segment

SURE = ("sentence", "strong", "contrast")


def points(text: str, language: str, kind: str | None = None) -> list[str]:
    """The texts of what surely makes a point, with the pieces that may go on with it."""
    found: list[list[int]] = []
    for piece in segment(text, language, kind):
        if piece.joint in SURE or not found:
            found.append([piece.start, piece.end])
        else:
            found[-1][1] = piece.end
    return [text[start:end] for start, end in found]
