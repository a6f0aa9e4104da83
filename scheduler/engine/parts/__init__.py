"""Large problems are split into parts, solved side by side, and joined into one plan of the whole."""

from scheduler.engine.parts.bounding import prove_whole
from scheduler.engine.parts.joining import join
from scheduler.engine.parts.rounds import Crew, Errand, Note, most_parts, parts_for, solve_in_parts
from scheduler.engine.parts.splitting import Part, Split, Splitter

__all__ = [
    "Crew",
    "Errand",
    "Note",
    "Part",
    "Split",
    "Splitter",
    "join",
    "most_parts",
    "parts_for",
    "prove_whole",
    "solve_in_parts",
]
