"""The life of pain points and wins: mentions join, a refresh finds new ones, people shape them.

Whoever changes pain points of a place holds its row of ``theme_refresh`` (``places.hold``), always
after the feedback that it changes and before the roll-ups.
"""
