"""What speaks for the figures of a release and what against them, from what the release holds."""

from collections.abc import Iterator
from datetime import date

from survey_app.reports.contents import Contents, SectorResponse
from survey_app.reports.printed import SECTOR_NAMES, count, long_date, percent
from survey_app.reports.round_summary.statements import is_census
from survey_app.reports.round_summary.words import spelt

HALF = 0.5  # of those asked: where fewer replied, silence is named as a limitation


def strengths(contents: Contents) -> tuple[str, ...]:
    """Whole sentences, each borne out by the release."""
    return tuple(_strengths(contents))


def _strengths(contents: Contents) -> Iterator[str]:
    for sector in contents.sectors:
        name = SECTOR_NAMES[sector.sector]
        if is_census(sector):
            yield f"All {count(sector.on_frame)} {name.lower()} on the list were asked."
        else:
            yield f"{name} were drawn by lot: nobody chose who was asked."
    if contents.tests is not None:
        yield (
            f"A difference is called clear only by a test that takes all {count(contents.tests.made)} "
            "differences together."
        )
    if contents.earlier is not None:
        yield (
            "Many organisations answered in both rounds, so changes are known more closely than from two "
            "separate samples."
        )
    yield f"No figure rests on fewer than {spelt(contents.method.threshold)} replies."


def limitations(contents: Contents) -> tuple[str, ...]:
    """Whole sentences: the list and its age, silence, the direction of error where it is known."""
    return tuple(_limitations(contents))


def _limitations(contents: Contents) -> Iterator[str]:
    yield _age(contents.method.frame_as_of, contents.opened_on)
    yield from (_silence(sector) for sector in contents.sectors if sector.rate < HALF)
    yield from _directions(contents)
    yield "An answer is what the person who gave it knew or thought. Nobody checked it."
    for each in contents.representation:
        if each.timing is not None and each.timing.clear:
            yield (
                f"{SECTOR_NAMES[each.sector]} that replied late clearly differ from early ones on "
                f"{spelt(each.timing.clear)} of {spelt(each.timing.tested)} questions that can be compared."
            )
    if contents.other_routes is not None:
        yield "Organisations that came by other routes are in a table of their own and speak for themselves."


def _age(as_of: date, opened: date) -> str:
    return (
        f"The list is as of {long_date(as_of)}; the first could answer on {long_date(opened)}. Organisations "
        "on no source list could not be asked, and no interval covers them."
    )


def _silence(sector: SectorResponse) -> str:
    return (
        f"Of {SECTOR_NAMES[sector.sector].lower()} in scope, {percent(sector.rate)} replied in full. Weights "
        "put right what region, kind and size have to do with that, and nothing else."
    )


def _directions(contents: Contents) -> Iterator[str]:
    cares = {one.care: one for one in contents.findings if one.care and one.changed is None}
    short = {item.item: item.short for item in contents.items}
    yield from (f"{short.get(one.item, one.item)}: {care}" for care, one in cares.items())
    yield "Of other figures we do not know which way they may be wrong."
