"""What a company changed in the journey, and whether it helped.

A change is an event with a day; it alters no feedback, as a correction (``corrections``) does.
"""
