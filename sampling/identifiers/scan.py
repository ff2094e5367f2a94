"""Everything in a text that could identify somebody, by all rules together (R27; the report, lines 894-999).

A scan marks; it never alters. What no rule knows it cannot mark: a reader decides in the end.
"""

from dataclasses import dataclass
from itertools import chain

from sampling.identifiers.abbreviations import abbreviated
from sampling.identifiers.hits import Hit, joined
from sampling.identifiers.names import Names
from sampling.identifiers.rarity import Described
from sampling.identifiers.rules import rules
from sampling.identifiers.unknown import unknown_names


@dataclass(frozen=True)
class Scanner:
    """What is known of names and areas; made once, for many texts."""

    names: Names
    described: Described

    def hits(self, text: str) -> tuple[Hit, ...]:
        """The marks of a text in its order, none overlapping; positions are its code points."""
        by_rule = chain.from_iterable(rule.hits(text) for rule in rules())
        by_name = chain(self.names.hits(text), abbreviated(text), unknown_names(text))
        every = chain(by_name, self.described.hits(text), by_rule)
        return joined(every, text)
