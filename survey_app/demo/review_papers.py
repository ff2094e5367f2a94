"""The papers of the made-up review: a pack, a record that both sides agreed to, a correction before them."""

from sqlalchemy.orm import Session

from sampling.frame import Sector
from survey_app.services.audit import AuditContext
from survey_app.services.people import accounts
from survey_app.services.reviews import packs, recording, signing
from survey_app.services.reviews.vocabulary import Part

WRITTEN = {
    Part.TALKED: (
        "Both sides talked over why they answer so far apart, and what small groups need to be heard in "
        "time. Nobody doubted the figures; what they mean was the question."
    ),
    Part.SECTORS: (
        "Public bodies see a question of staff and budgets. Voluntary organisations see one of time: an "
        "answer that comes after the decision is no answer."
    ),
    Part.PLACES: "Only one session was held, so no places are compared.",
}
CORRECTED = (
    "Both sides talked over why they answer so far apart, and what small groups and rural groups need to be "
    "heard in time. Nobody doubted the figures; what they mean was the question."
)


def make_pack(session: Session, review: int, release_id: int, product: str, context: AuditContext) -> None:
    """The pack that participants read before they met."""
    packs.make_pack(session, round_id=review, release_id=release_id, product=product, context=context)


def make_records(session: Session, review: int, product: str, context: AuditContext) -> None:
    """A record that both sides agreed to, one with dissent; and its correction, before the second side."""
    for part, words in WRITTEN.items():
        recording.write(session, round_id=review, part=part, words=words, seen=0, context=context)
    first = recording.send(session, round_id=review, product=product, context=context)
    _agree(session, first, Sector.PUBLIC, "", context)
    _agree(
        session, first, Sector.VOLUNTARY, "We asked for groups in every region, not in three areas.", context
    )
    recording.write(session, round_id=review, part=Part.TALKED, words=CORRECTED, seen=1, context=context)
    second = recording.send(
        session, round_id=review, product=product, corrects="Rural groups were left out.", context=context
    )
    _agree(session, second, Sector.PUBLIC, "", context)


def _agree(session: Session, edition: int, sector: Sector, dissent: str, context: AuditContext) -> None:
    role = "signatory_public" if sector is Sector.PUBLIC else "signatory_voluntary"
    people = accounts.listing(session, programme_id=context.programme_id or 0)
    person = next(one.id for one in people if role in one.roles)
    signing.agree(
        session, record_id=edition, sector=sector, dissent=dissent, person_id=person, context=context
    )
