"""The life of pain points and wins: mentions join, a refresh finds new ones, people edit them.

A *place* is a native stage, a native touchpoint and a sentiment; a *theme* is a pain point or win
of one place. A mention that belongs to no theme is *loose*. A theme that was merged into another
keeps its row, whose ``merged_into`` names the other one; its mentions are moved there.

Whoever changes pain points of a place locks its row of ``theme_refresh`` (``lock_places``), always
after the feedback that it changes and before the roll-ups.
"""
