"""A day on the command line, as 2026-09-01; one that nobody can mean is refused, as it is on the screen."""

from datetime import datetime

import click

from survey_app.clock import FIRST_DAY, LAST_DAY


class Day(click.DateTime):
    """A day between 1980 and 2079."""

    def __init__(self) -> None:
        super().__init__(formats=["%Y-%m-%d"])

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        day: datetime = super().convert(value, param, ctx)
        if not FIRST_DAY <= day.date() <= LAST_DAY:
            self.fail(f"{value!r} is not in a year from {FIRST_DAY.year} to {LAST_DAY.year}.", param, ctx)
        return day


DAY = Day()
