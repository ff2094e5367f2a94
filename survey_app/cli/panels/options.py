"""What can be chosen for a panel on the command line: the same for looking at a plan and for drawing it."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from survey_app.errors import InvalidError
from survey_app.services.panels.plan import BOOSTS, METHODS, USUAL_ROTATION, PanelPlan, PlanTarget

F = TypeVar("F", bound=Callable[..., Any])
USUAL = PanelPlan()

_OPTIONS = (
    click.option("--total", default=USUAL.voluntary_total, show_default=True, help="VCOs to ask."),
    click.option("--minimum", default=USUAL.minimum, show_default=True, help="Fewest in a stratum."),
    click.option("--maximum", "--cap", type=int, help="Most in a stratum."),
    click.option("--method", type=click.Choice(METHODS), default=USUAL.method, show_default=True),
    click.option("--power", default=USUAL.power, show_default=True, help="Exponent of the power method."),
    click.option(
        "--by", multiple=True, default=USUAL.by, show_default=True,
        help="What strata divide by: region, band, rural, bme_led. Repeat it.",
    ),
    click.option(
        "--min-pop-size", "--least", default=0,
        help="Strata with fewer organisations join a neighbouring band.",
    ),
    click.option(
        "--boost", "boosts", multiple=True,
        help=f"GROUP=N, at least N of {', '.join(BOOSTS)}, region:London, band:0.",
    ),
    click.option("--target", "targets", multiple=True, help="GROUP=WIDTH: region:London=0.07, small=0.1."),
    click.option("--size", "sizes", multiple=True, help='STRATUM=N, set by hand: "vco | London | 0=40".'),
    click.option(
        "--rotation", default=USUAL_ROTATION, show_default="a third",
        help="Share of the members replaced a year.",
    ),
    click.option("--holiday", type=int, help="Years of rest after leaving; the rule's if left out."),
    click.option("--term", type=int, help="Most years in a row, strictly; better left out."),
    click.option("--reserve", default=0.0, help="Reserve on top, as a share of each stratum's members."),
    click.option("--minutes", type=int, help="That answering takes; the questionnaire's own if left out."),
    click.option("--pence", default=0, help="Cost of one case."),
    click.option(
        "--public-bodies/--no-public-bodies", default=None,
        help="Ask them all, or none; left out: all in the annual survey, none in others.",
    ),
)  # fmt: skip


def choices(command: F) -> F:
    """Give a command every option of a plan."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def plan_from(given: dict[str, Any]) -> PanelPlan:
    """The plan that the options describe.

    Raises:
        InvalidError: an option that names a value has none, or no number.
    """
    return PanelPlan(
        voluntary_total=given["total"],
        minimum=given["minimum"],
        method=given["method"],
        power=given["power"],
        maximum=given["maximum"],
        fixed={name: int(size) for name, size in _pairs("--size", given["sizes"], int)},
        by=tuple(given["by"]),
        min_pop_size=given["min_pop_size"],
        boosts={name: int(ask) for name, ask in _pairs("--boost", given["boosts"], int)},
        targets=tuple(PlanTarget(name, width) for name, width in _pairs("--target", given["targets"], float)),
        rotation_share=given["rotation"],
        holiday=given["holiday"],
        term=given["term"],
        reserve_share=given["reserve"],
        minutes=given["minutes"],
        pence=given["pence"],
        public_bodies=given["public_bodies"],
    )


def _pairs(option: str, texts: tuple[str, ...], kind: type[int] | type[float]) -> list[tuple[str, float]]:
    pairs = []
    for text in texts:
        name, _, value = text.rpartition("=")
        try:
            pairs.append((name.strip(), kind(value)))
        except ValueError:
            raise InvalidError(f"{option} {text!r}: write it as NAME=NUMBER.") from None
        if not name.strip():
            raise InvalidError(f"{option} {text!r}: write it as NAME=NUMBER.")
    return pairs
