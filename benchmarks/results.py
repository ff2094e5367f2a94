"""How long a release takes to work out: weights, protection with its audit, and every figure with its error.

    ./run bench results [--sizes 500 5000 49000] [--items 150]

Answers are made up. Both sectors are asked the annual core; items beyond its own are the same again under
other names, as modules would add them. Prints seconds by step, the most memory that was held, and what each
partition beside regions shows and costs.
"""

import argparse
import resource
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import perf_counter, process_time

import numpy as np

from instruments.indicators.summary import analysed_items
from instruments.kinds.table import kind_of
from instruments.schema import Questionnaire, Section
from instruments.versions.library import read
from sampling.disclosure.items import Rules
from sampling.frame import Sector
from sampling.strata import Stratum
from sampling.vocabulary import INCOME_BANDS, KINDS_OF_BODY, NO, NOT_KNOWN, REGIONS, YES
from survey_app.models.cases.casework import Outcome
from survey_app.services.results.estimates import item_results
from survey_app.services.results.protection import Protection, protect_round
from survey_app.services.results.replies import AskedItem, Reply, RoundReplies
from survey_app.services.results.weighting import weight_replies

CORES = {Sector.PUBLIC: "annual-public-body", Sector.VOLUNTARY: "annual-vco"}
PUBLIC_SHARE, RESPONSE, SAMPLED = 0.1, 0.5, 0.1
FLAGS, SHARES = (YES, NO, NOT_KNOWN), (0.2, 0.6, 0.2)


def questionnaires(items: int) -> dict[Sector, Questionnaire]:
    """The cores, with sections repeated under other names until there are so many items."""
    return {sector: _longer(read(name, 1).questionnaire, items) for sector, name in CORES.items()}


def _longer(core: Questionnaire, items: int) -> Questionnaire:
    alone = replace(core, sections=tuple(_without_conditions(core)))
    made, copy = alone, 0
    while len(analysed_items(made)) < items:
        copy += 1
        more = tuple(
            replace(
                section,
                id=f"{section.id}-{copy}",
                questions=tuple(
                    replace(q, id=f"{q.id}-{copy}", item=f"{q.item}-{copy}") for q in section.questions
                ),
            )
            for section in alone.sections
        )
        made = replace(made, sections=(*made.sections, *more))
    return made


def _without_conditions(core: Questionnaire) -> Iterator[Section]:
    """Every question is asked of everybody; those of several answers, which bind each other, left out."""
    for section in core.sections:
        questions = (q for q in section.questions if not kind_of(q).several)
        yield replace(section, ask_if=None, questions=tuple(replace(q, ask_if=None) for q in questions))


def made_up(replies: int, items: int, rng: np.random.Generator) -> RoundReplies:
    """A round with so many replies, half of those asked."""
    known = questionnaires(items)
    asked = {
        sector: {item.key: AskedItem(item, item.short) for item in analysed_items(one)}
        for sector, one in known.items()
    }
    rows, frame = [], Counter[Stratum]()
    for place in range(round(replies / RESPONSE)):
        public = rng.random() < PUBLIC_SHARE
        sector = Sector.PUBLIC if public else Sector.VOLUNTARY
        bands = KINDS_OF_BODY if public else (*INCOME_BANDS, NOT_KNOWN)
        own = Stratum(sector, str(rng.choice(REGIONS)), str(rng.choice(bands)))
        frame[own] += 1 if public else round(1 / SAMPLED)
        rural, bme_led = (str(rng.choice(FLAGS, p=SHARES)) for _ in range(2))
        rows.append((own, place, rng.random() < RESPONSE, rural, bme_led))
    made = [
        Reply(
            stratum=own,
            pop_size=frame[own],
            design_weight=1.0 if own.certainty else 1 / SAMPLED,
            outcome=Outcome.COMPLETE if answered else Outcome.NOT_STARTED,
            values=_answers(asked[own.sector], rng) if answered else {},
            unit=f"u{place}",
            region=own.region,
            band=own.band,
            rural=NOT_KNOWN if own.certainty else rural,
            bme_led=NOT_KNOWN if own.certainty else bme_led,
        )
        for own, place, answered, rural, bme_led in rows
    ]
    return RoundReplies(tuple(made), asked, dict(frame), frame, known)


def _answers(asked: Mapping[str, AskedItem], rng: np.random.Generator) -> dict[str, float]:
    draws = rng.random(len(asked))
    return {
        key: float(draw < 0.1 + 0.8 * (place % 9) / 9)
        if one.item.statistic == "proportion"
        else float(np.round(2 * (1 + 4 * draw)) / 2)
        for place, ((key, one), draw) in enumerate(zip(asked.items(), draws.tolist(), strict=True))
        if draw < 0.97
    }


@contextmanager
def timed(spent: dict[str, float], name: str) -> Iterator[None]:
    begun = perf_counter()
    yield
    spent[name] = perf_counter() - begun


@dataclass(frozen=True)
class Measured:
    """Seconds by step, how many groups are printed, and what each partition shows and costs."""

    spent: dict[str, float]
    groups: int
    costs: tuple[str, ...]


def costs_of(protection: Protection) -> Iterator[str]:
    """What partitions beside regions show, and what the regions show without and with each."""
    for sector, costs in protection.costs.items():
        for cost in costs:
            own = "nothing" if cost.own is None else f"{cost.own.share:.0%} of its cells"
            regions = f"regions {cost.first_without.share:.1%} without, {cost.first_with.share:.1%} with"
            verdict = "printed" if cost.printed else "left out"
            yield f"{sector.words}, {cost.partition}: says something in {own}; {regions}; {verdict}"


def measure(replies: int, items: int) -> Measured:
    """A made-up round worked out once."""
    made = made_up(replies, items, np.random.default_rng(1))
    spent: dict[str, float] = {}
    with timed(spent, "weights"):
        weighted = weight_replies(made)
    with timed(spent, "protection and audit"):
        protection = protect_round(made, Rules())
    with timed(spent, "figures and errors"):
        figures = item_results(made, weighted, protection=protection)
    assert len(figures) >= items
    groups = sum(len(each.labels) for parts in protection.partitions.values() for each in parts)
    return Measured(spent, groups, tuple(costs_of(protection)))


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[500, 5_000, 49_000])
    parser.add_argument("--items", type=int, default=150)
    asked = parser.parse_args(arguments)
    for size in asked.sizes:
        before = process_time()
        measured = measure(size, asked.items)
        spent = measured.spent
        steps = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in spent.items())
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        whole = sum(spent.values())
        busy = process_time() - before
        print(f"{size:>7,} replies, {asked.items} items, {measured.groups} groups: {whole:.1f} s ({steps})")
        print(f"        processors busy for {busy:.1f} s, making the answers up included; {memory:,.0f} MB")
        for cost in measured.costs:
            print(f"        {cost}")


if __name__ == "__main__":
    main()
