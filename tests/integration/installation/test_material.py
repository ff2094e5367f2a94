"""Keys that can be destroyed: with the key goes what was sealed under it, once, and with a name."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from survey_app.errors import DestroyedError, NotFoundError
from survey_app.models.audit import AuditEntry
from survey_app.models.keys import MaterialKey
from survey_app.services.material import destroy_material, make_key, material_key
from tests.fixtures.world import World

SUBJECT = {"subject_kind": "round", "subject_id": 7}


def test_a_key_is_stored_sealed_and_read_again(world: World) -> None:
    with world.database.writing() as session:
        made = make_key(session, world.keys, **SUBJECT)

    stored = world.read(lambda session: session.scalars(select(MaterialKey)).one())
    assert stored.wrapped is not None
    assert made not in stored.wrapped
    assert world.read(lambda session: material_key(session, world.keys, **SUBJECT)) == made


def test_destroying_twice_destroys_once_and_says_who_did(world: World) -> None:
    with world.database.writing() as session:
        make_key(session, world.keys, **SUBJECT)
    for _ in range(2):
        with world.database.writing() as session:
            destroy_material(session, **SUBJECT, context=world.context())

    stored = world.read(lambda session: session.scalars(select(MaterialKey)).one())
    assert (stored.wrapped, stored.destroyed_by) == (None, world.context().actor)
    acts = world.read(lambda session: [entry.act for entry in session.scalars(select(AuditEntry))])
    assert acts.count("material destroyed") == 1
    with pytest.raises(DestroyedError, match="nobody can read"):
        world.read(lambda session: material_key(session, world.keys, **SUBJECT))


def test_a_subject_has_one_key_and_what_has_none_cannot_be_destroyed(world: World) -> None:
    with pytest.raises(NotFoundError), world.database.writing() as session:
        destroy_material(session, **SUBJECT, context=world.context())
    with world.database.writing() as session:
        make_key(session, world.keys, **SUBJECT)
    with pytest.raises(IntegrityError), world.database.writing() as session:
        make_key(session, world.keys, **SUBJECT)
