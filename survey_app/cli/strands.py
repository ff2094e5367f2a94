"""A strand as commands take it."""

import click

from scheduler.strands import Strand


class StrandName(click.ParamType[Strand]):
    """The name of a strand; another word is refused with all names that there are."""

    name = "strand"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> Strand:
        try:
            return Strand(value)
        except ValueError:
            self.fail(f"{value!r} is not a strand. Choose one of {', '.join(Strand)}.", param, ctx)


STRAND_NAME = StrandName()
