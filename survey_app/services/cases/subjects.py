"""What a case is about: an organisation or a unit of it, an agreement, or what is named by a key."""

from dataclasses import dataclass

from survey_app.errors import InvalidError
from survey_app.models.cases.casework import Case, SubjectKind

MAX_UNIT_LENGTH = 120
MAX_KEY_LENGTH = 80
BY_KEY = frozenset({SubjectKind.AREA, SubjectKind.SESSION, SubjectKind.SITE, SubjectKind.PERSON})


def unit_key(unit: str) -> str:
    """A unit as it is compared: however it is typed, it is the same one."""
    return " ".join(unit.split()).casefold()


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One subject; a round has one case of each.

    `unit` is a department of an organisation, and "" the whole. `key` names an area, session, site or
    person. The round itself needs nothing more.

    Raises:
        InvalidError: what is given is not what its kind needs, or is too long.
    """

    kind: SubjectKind = SubjectKind.ORGANISATION
    organisation_id: int | None = None
    unit: str = ""
    agreement_id: int | None = None
    key: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "unit", " ".join(self.unit.split()))
        sound = (
            (self.kind is SubjectKind.ORGANISATION) == (self.organisation_id is not None)
            and (self.kind is SubjectKind.AGREEMENT) == (self.agreement_id is not None)
            and (self.kind in BY_KEY) == bool(self.key)
            and (not self.unit or self.kind is SubjectKind.ORGANISATION)
        )
        if not sound or len(self.unit) > MAX_UNIT_LENGTH or len(self.key) > MAX_KEY_LENGTH:
            raise InvalidError(f"This does not describe a case about one {self.kind}.")

    @property
    def ref(self) -> str:
        """The subject as one text: the same for the same subject, however its unit was typed."""
        match self.kind:
            case SubjectKind.ORGANISATION:
                return f"{self.kind}:{self.organisation_id}:{unit_key(self.unit)}"
            case SubjectKind.AGREEMENT:
                return f"{self.kind}:{self.agreement_id}"
            case SubjectKind.ROUND:
                return str(self.kind)
            case _:
                return f"{self.kind}:{self.key}"

    @property
    def columns(self) -> dict[str, object]:
        """The subject as columns of a case."""
        return {
            "subject_kind": self.kind,
            "organisation_id": self.organisation_id,
            "unit": self.unit,
            "agreement_id": self.agreement_id,
            "subject_key": self.key,
            "subject_ref": self.ref,
        }


def subject_of(case: Case) -> Subject:
    """What a case is about."""
    return Subject(
        kind=case.subject_kind,
        organisation_id=case.organisation_id,
        unit=case.unit,
        agreement_id=case.agreement_id,
        key=case.subject_key,
    )
