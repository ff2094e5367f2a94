"""Headline findings are chosen by rule and say no more than the intervals allow."""

from dataclasses import replace

from sampling.frame import Sector
from survey_app.reports.contents import Change, DifferencesTested, ItemResult, Mark
from survey_app.reports.round_summary.findings import headline_findings
from tests.unit.reports import sample

ITEMS = sample.contents().items
COMPARED = sample.compared().items
TESTS = DifferencesTested(made=144, clear=21, changes=99)


def _with(item: ItemResult, **changes: object) -> ItemResult:
    assert item.change is not None
    voluntary = replace(item.change.voluntary, **changes)  # type: ignore[arg-type]
    return replace(item, change=replace(item.change, voluntary=voluntary))


def _alone(item: ItemResult) -> tuple[ItemResult, ...]:
    """The sample with the change of this item and of no other."""
    return tuple(item if other.item == item.item else replace(other, change=None) for other in COMPARED)


RISEN = _with(sample.compared_item("twelve-weeks"), estimate=0.08, lci=0.03, uci=0.13, clear=True)


def test_without_an_earlier_round_no_finding_is_a_change() -> None:
    findings = headline_findings(ITEMS, agreement="Compact", tests=TESTS)

    assert findings
    assert all(finding.changed is None for finding in findings)


def test_the_largest_clear_change_is_a_finding_with_its_interval_and_its_caution() -> None:
    findings = headline_findings(_alone(RISEN), agreement="Compact", since="2025", tests=TESTS)

    change = next(finding for finding in findings if finding.changed)
    assert change.changed is Sector.VOLUNTARY
    assert (change.item, change.number, change.unit) == ("twelve-weeks", "+8", "points")
    assert change.interval == "95% interval 3 to 13 points"
    assert change.statement == (
        "At least 12 weeks to reply: up since 2025 from 47% to 52% of voluntary organisations, by 8 points "
        "(probably 3 to 13), the only clear rise in a share; 2,136 answered then and 2,143 now."
    )
    assert change.detail.startswith("Share answering always or mostly")
    assert change.care is not None
    assert change.care.startswith(
        "144 differences were tested, and 21 are called clear, of which about one in"
    )
    assert len(findings) <= 6


def test_a_fall_is_called_a_fall() -> None:
    fallen = _with(RISEN, estimate=-0.08, lci=-0.13, uci=-0.03)

    change = next(
        f for f in headline_findings(_alone(fallen), agreement="", since="2025", tests=TESTS) if f.changed
    )

    assert change.number == "−8"
    assert change.interval == "95% interval −13 to −3 points"
    assert ": down since 2025 from " in change.statement
    assert "by 8 points (probably 3 to 13), the only clear fall in a share" in change.statement


def test_what_could_be_chance_or_is_hidden_uncertain_or_broken_is_no_finding() -> None:
    suppressed = Change(
        then=sample.WITHHELD, estimate=None, lci=None, uci=None, clear=False, overlap=None, mark=Mark.WITHHELD
    )
    for item in (
        _with(RISEN, clear=False),
        _with(RISEN, mark=Mark.UNRELIABLE),
        _with(RISEN, mark=Mark.DISCONTINUITY),
        _with(RISEN, estimate=0.004, lci=0.001, uci=0.007),  # prints as nought
        replace(RISEN, change=replace(RISEN.change, voluntary=suppressed)),  # type: ignore[arg-type,type-var]
    ):
        findings = headline_findings(_alone(item), agreement="Compact", since="2025", tests=TESTS)
        assert not [finding for finding in findings if finding.changed], item.change


def test_an_option_can_be_the_largest_change_and_an_average_is_not_beside_shares() -> None:
    for key, expected in (("reach.event", ["reach.event"]), ("relationship", [])):
        item = _with(sample.compared_item(key), estimate=0.3, lci=0.2, uci=0.4, clear=True)
        findings = headline_findings(_alone(item), agreement="Compact", since="2025", tests=TESTS)
        assert [finding.item for finding in findings if finding.changed] == expected


def test_each_finding_is_about_an_item_of_its_own_and_there_are_six_at_most() -> None:
    findings = headline_findings(COMPARED, agreement="Compact", since="2025", tests=TESTS)

    assert len(findings) <= 6
    assert len({finding.item for finding in findings}) == len(findings)


def test_falls_come_before_gaps_and_gaps_before_rises() -> None:
    findings = headline_findings(COMPARED, agreement="Compact", since="2025", tests=TESTS)

    kinds = ["gap" if "apart" in f.statement else f.number[0] for f in findings]
    assert kinds.index("−") < kinds.index("gap") < kinds.index("+")


def test_two_that_print_alike_are_both_called_the_most() -> None:
    one, other = sample.item("twelve-weeks"), sample.item("champion")
    alike = (replace(one, gap=other.gap), *(item for item in ITEMS if item.item != "twelve-weeks"))

    gap = next(
        f for f in headline_findings(alike, agreement="", tests=TESTS) if "points apart" in f.statement
    )
    assert "one of the two widest of" in gap.statement
