"""The names that organisations have and had, found in whatever spelling they are looked for.

Both engines compare texts that were folded here; neither folds by rules of its own.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.orm import Session

from sampling.texts import folded
from survey_app.models.organisations import Organisation, OrganisationName

MAX_SEARCH_LENGTH = 100
BATCH = 500


def note_names(session: Session, names: Mapping[int, str]) -> None:
    """Let organisations, by their ids, be called so from now on; former names stay and are still met."""
    owners = list(names)
    # So many ids would be too many for one statement.
    for start in range(0, len(owners), BATCH):
        _note(session, {owner: names[owner] for owner in owners[start : start + BATCH]})


def _note(session: Session, names: Mapping[int, str]) -> None:
    owned = OrganisationName.organisation_id.in_(names)
    rows = session.execute(select(OrganisationName.organisation_id, OrganisationName.name).where(owned))
    known = {(owner, name) for owner, name in rows}
    ours = select(Organisation.id, Organisation.name).where(Organisation.id.in_(names))
    shown = dict(session.execute(ours).all())
    fresh = [
        {"organisation_id": owner, "name": name, "folded": folded(name)}
        for owner, name in names.items()
        if (owner, name) not in known
    ]
    renamed = [{"id": owner, "name": name} for owner, name in names.items() if shown[owner] != name]
    if fresh:
        session.execute(insert(OrganisationName), fresh)
    if renamed:
        session.execute(update(Organisation), renamed)


def called(text: str) -> Select[int]:
    """The organisations with this text somewhere in a name they have or had, as a query of their ids."""
    wanted = folded(text.replace("\x00", ""))[:MAX_SEARCH_LENGTH]
    return select(OrganisationName.organisation_id).where(
        OrganisationName.folded.contains(wanted, autoescape=True)
    )


def namesake(session: Session, name: str, *, among: ColumnElement[bool]) -> Organisation | None:
    """An organisation that has or had this name in some spelling; the first of several."""
    same = select(OrganisationName.organisation_id).where(OrganisationName.folded == folded(name))
    query = select(Organisation).where(Organisation.id.in_(same), among).order_by(Organisation.id)
    return session.scalars(query.limit(1)).first()


def former_names(session: Session, organisation: Organisation) -> tuple[str, ...]:
    """What an organisation was called before, the oldest first."""
    query = select(OrganisationName.name).where(OrganisationName.organisation_id == organisation.id)
    rows = session.scalars(query.order_by(OrganisationName.id))
    return tuple(name for name in rows if name != organisation.name)
