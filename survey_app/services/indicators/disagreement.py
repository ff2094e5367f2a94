"""What the two sectors say of one agreement, side by side and never averaged, as published releases print it.

A release speaks of an agreement where every case of its round was asked about that one first: its results are
about the first. Only what the release prints of both sectors is shown, so that nothing can be worked out here
that cannot be worked out there; what is said of local agreements besides is in no release.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models.cases.casework import Case, CaseAgreement
from survey_app.reports.contents import ItemResult
from survey_app.reports.frozen import every_item
from survey_app.services.indicators.published import newest_documents


@dataclass(frozen=True, kw_only=True)
class BothSides:
    """The newest published round about an agreement, and what both sectors reached the threshold in.

    The items are those whose gap is clear, the widest first; `alike` counts the others.
    """

    release_id: int
    round_title: str
    apart: tuple[ItemResult, ...]
    alike: int


def both_sides(session: Session, *, agreement_id: int, programme_id: int) -> BothSides | None:
    """What both sectors say of an agreement; None where no published release is about it."""
    about = _rounds_about(session, agreement_id)
    for one in newest_documents(session, programme_id):
        if one.round_id in about:
            items = [item for item in every_item(one.contents) if item.mirrored and item.gap is not None]
            apart = [item for item in items if item.gap is not None and item.gap.clear]
            return BothSides(
                release_id=one.release_id,
                round_title=one.round_title,
                apart=tuple(sorted(apart, key=_width)),
                alike=len(items) - len(apart),
            )
    return None


def _width(item: ItemResult) -> tuple[str, float]:
    """Shares before averages and amounts, which have other units; the widest gap of each first."""
    return "" if item.statistic == "proportion" else item.unit, -abs(item.gap.estimate) if item.gap else 0.0


def _rounds_about(session: Session, agreement_id: int) -> set[int]:
    """The rounds whose cases were all asked about this agreement first."""
    first = select(Case.round_id, CaseAgreement.agreement_id).join(CaseAgreement)
    firsts = session.execute(first.where(CaseAgreement.position == 0).distinct()).all()
    named: dict[int, set[int]] = {}
    for round_id, one in firsts:
        named.setdefault(round_id, set()).add(one)
    return {round_id for round_id, ones in named.items() if ones == {agreement_id}}
