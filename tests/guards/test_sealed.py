"""Every sealed column has a key that can be replaced or destroyed, and nobody forgets one."""

from sqlalchemy import LargeBinary

from survey_app.models.all_tables import Base
from survey_app.services.destruction.rounds import NOTES, kept_by_seat, pointing_at_answers
from survey_app.services.keys.rotation import SEALED

# Under the key of a round, and in tables that hold more than what goes with its answers.
UNDER_A_ROUNDS_KEY = {"response.document", "response.moments", "stored_file.content"}
# Under the key of a ballot, which its closing destroys with the papers.
UNDER_A_BALLOTS_KEY = {"ballot_paper.votes"}
# Under the key of a form, which is of no round.
UNDER_A_FORMS_KEY = {"form_step.reason_sealed", "form_source.sealed"}


def test_what_data_key_seals_is_sealed_anew_and_the_rest_goes_with_its_round() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    renewed = {f"{one.model.__tablename__}.{one.column}" for one in SEALED}
    gone = {table.name for table in kept_by_seat()} | {table.name for table, _ in pointing_at_answers()}
    destroyed = {name for name in sealed if name.split(".")[0] in gone} | UNDER_A_ROUNDS_KEY
    destroyed |= (
        UNDER_A_BALLOTS_KEY
        | UNDER_A_FORMS_KEY
        | {f"{model.__tablename__}.{note.key}" for model, note, _ in NOTES}
    )

    unknown = sealed - renewed - destroyed
    assert not unknown, "add it to `SEALED` of services/keys/rotation.py, or see that it goes with its round"
    assert renewed | destroyed == sealed
    assert not renewed & destroyed
