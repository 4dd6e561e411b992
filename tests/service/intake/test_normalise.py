from service.intake.normalise import normalise


def test_line_ends_of_every_kind_become_newlines() -> None:
    assert normalise("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_decomposed_characters_are_composed() -> None:
    assert normalise("Cafe\u0301") == "Café"


def test_white_space_and_byte_order_marks_around_are_gone() -> None:
    assert normalise("\ufeff  text \u00a0\n") == "text"


def test_emoji_and_right_to_left_text_stay_as_they_are() -> None:
    text = "👩‍👩‍👧 שירות נהדר 🇩🇪"
    assert normalise(text) == text
