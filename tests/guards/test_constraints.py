"""Every UNIQUE and CHECK of the tables has a sentence for whoever runs into it, or is the program's own."""

import re
from collections.abc import Iterator

from sqlalchemy import CheckConstraint, Table, UniqueConstraint

from survey_app.constraints import OF_THE_PROGRAM, SENTENCES, name_in
from survey_app.models.all_tables import Base

# PostgreSQL cuts a longer name, and would then report one that the table of sentences does not know.
MAX_NAME = 63
CLOSED_LIST = re.compile(r"[\w.]+ IN \(")


def constraints() -> dict[str, tuple[Table, CheckConstraint | UniqueConstraint]]:
    """Every UNIQUE and CHECK by name, with its table; the checks of choices have no name of their own."""
    return {
        str(constraint.name): (table, constraint)
        for table in Base.metadata.sorted_tables
        for constraint in table.constraints
        if isinstance(constraint, CheckConstraint | UniqueConstraint) and isinstance(constraint.name, str)
    }


def unique_indexes() -> Iterator[str]:
    """Both names of each unique index: its own, and the one that follows from its columns."""
    for table in Base.metadata.sorted_tables:
        for index in filter(lambda index: index.unique, table.indexes):
            yield str(index.name)
            yield "_".join(("uq", table.name, *(column.name for column in index.columns)))


def is_typed_by_nobody(constraint: CheckConstraint | UniqueConstraint) -> bool:
    """Whether it holds a random identity, or a column to a closed list of values."""
    if isinstance(constraint, UniqueConstraint):
        return [column.name for column in constraint.columns] == ["uuid"]
    return CLOSED_LIST.match(str(constraint.sqltext)) is not None


def test_every_constraint_has_a_sentence_or_is_the_programs_own() -> None:
    keys = {str(table.primary_key.name) for table in Base.metadata.sorted_tables}
    known = (SENTENCES.keys() | OF_THE_PROGRAM) - keys

    met = {
        name for name, (_, held) in constraints().items() if name in SENTENCES or not is_typed_by_nobody(held)
    } | set(unique_indexes())
    assert sorted(met - known) == [], "name them in survey_app/constraints.py"
    assert sorted(known - met) == [], "no table has these any more"
    assert not SENTENCES.keys() & OF_THE_PROGRAM


def test_both_engines_report_the_name_that_the_table_of_sentences_knows() -> None:
    for name, (table, constraint) in constraints().items():
        assert len(name) <= MAX_NAME, name
        if isinstance(constraint, UniqueConstraint):
            columns = ", ".join(f"{table.name}.{column.name}" for column in constraint.columns)
            assert name_in(f"UNIQUE constraint failed: {columns}") == name
        else:
            assert name_in(f"CHECK constraint failed: {name}") == name


def test_each_sentence_ends_as_a_sentence_and_says_nothing_of_tables() -> None:
    for _, words in SENTENCES.values():
        assert words[0].isupper(), words
        assert words.endswith("."), words
        assert "_" not in words, words
