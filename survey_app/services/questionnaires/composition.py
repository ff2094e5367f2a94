"""What a round asks: for each sector a core with the modules chosen for it, pinned as one at the launch.

While a round is planned its choice can change, and modules may be tried before both sectors have agreed. The
launch composes once more from what is published, stores the result, and pins it by its hash.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from instruments.composition import Composed, Recipe, compose
from instruments.conduct import MODULES, OWN_SEAT, Role, SeatKind, Strand
from instruments.errors import CompositionFaults
from instruments.schema import Questionnaire
from instruments.states import VersionState as State
from sampling.frame import Sector
from scheduler.stages import Stage
from survey_app.errors import ConflictError, InvalidError, NotFoundError, StageError
from survey_app.models.programmes import Programme
from survey_app.models.questionnaires import Instrument, InstrumentPart, InstrumentVersion
from survey_app.models.rounds import Round, RoundInstrument, RoundModule
from survey_app.services.audit import AuditContext, record
from survey_app.services.owned import owned
from survey_app.services.questionnaires import second_readers
from survey_app.services.questionnaires.drafts import enter
from survey_app.services.questionnaires.states import WORDS
from survey_app.services.questionnaires.texts import parsed
from survey_app.services.questionnaires.versions import (
    VersionLine,
    cores_for,
    line_of,
    newest_version,
    versions,
)

TO_TRY = (State.DRAFT, State.IN_TEST, State.AGREED, State.PUBLISHED)
SPOKEN = {Sector.PUBLIC: "public bodies", Sector.VOLUNTARY: "voluntary organisations"}


@dataclass(frozen=True)
class Choice:
    """The core of each sector, the modules in their order, and the items of modules that are left out."""

    cores: Mapping[Sector, int]
    modules: tuple[int, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def mark(self) -> str:
        """What a page says it was showing, so that a choice made meanwhile is noticed."""
        chosen = json.dumps([sorted(self.cores.items()), self.modules, sorted(self.left_out)])
        return hashlib.sha256(chosen.encode()).hexdigest()[:16]


@dataclass(frozen=True, kw_only=True)
class SectorQuestionnaire:
    """What a sector would be asked; no questionnaire, but `faults`, where the parts do not go together."""

    sector: Sector
    core: VersionLine
    modules: tuple[VersionLine, ...]
    composed: Composed | None
    questionnaire: Questionnaire | None
    minutes: int
    faults: tuple[str, ...]


def modules_to_choose(
    session: Session, chosen: tuple[int, ...] = (), *, local: bool = False
) -> list[VersionLine]:
    """Of each module for the annual survey the newest published version, a newer one to try; those chosen.

    Args:
        local: whether modules of localities are among them.
    """
    roles = MODULES if local else MODULES - {Role.LOCAL_MODULE}
    offered: dict[tuple[str, bool], VersionLine] = {}
    for line in versions(session):
        if line.role in roles and line.state in TO_TRY and _annual(session, line):
            published = line.state is State.PUBLISHED
            if published or (line.name, True) not in offered:
                offered.setdefault((line.name, published), line)
    others = [line_of(session, module) for module in chosen]
    lines = dict.fromkeys((*offered.values(), *others))
    return sorted(lines, key=lambda line: (line.name, -line.version))


def _annual(session: Session, line: VersionLine) -> bool:
    return Strand.ANNUAL_SURVEY in parsed(session.get_one(InstrumentVersion, line.id).document).strands


def begin(session: Session, *, round_id: int, chosen: dict[Sector, int] | None) -> None:
    """Give a round that is being planned its cores: those chosen, else the newest.

    Raises:
        NotFoundError: no such version, or none is published.
    """
    for sector in Sector:
        version_id = chosen[sector] if chosen else newest_version(session, sector)
        version = session.get(InstrumentVersion, version_id)
        if version is None:
            raise NotFoundError("questionnaire version", version_id)
        session.add(
            RoundInstrument(
                round_id=round_id,
                audience=sector,
                instrument_version_id=version.id,
                sha256=version.sha256,
                left_out=[],
                pinned_at=None,
            )
        )


def choice_of(session: Session, round_id: int) -> Choice:
    """What was chosen for a round that is planned."""
    rows = session.scalars(select(RoundInstrument).where(*_of_leads(round_id))).all()
    modules = session.scalars(
        select(RoundModule.instrument_version_id)
        .where(RoundModule.round_id == round_id)
        .order_by(RoundModule.position)
    )
    left_out = dict.fromkeys(item for row in rows for item in row.left_out)
    return Choice({row.audience: row.instrument_version_id for row in rows}, tuple(modules), tuple(left_out))


def _of_leads(round_id: int) -> tuple[ColumnElement[bool], ...]:
    """What is composed is for leads; other kinds of seats have questionnaires of their own."""
    return (RoundInstrument.round_id == round_id, RoundInstrument.seat_kind == SeatKind.LEAD)


def choose(session: Session, *, round_id: int, choice: Choice, seen: str, context: AuditContext) -> None:
    """Take a choice for a planned round, if its parts go together; `seen` is the mark of the one it replaces.

    Raises:
        NotFoundError: no such round in the programme, or no such core or module.
        StageError: the round is launched, so that what it asks is pinned.
        ConflictError: somebody else chose meanwhile.
        InvalidError: the parts do not go together; every reason is listed.
    """
    hold_plan(session, round_id, context)
    if choice_of(session, round_id).mark != seen:
        raise ConflictError(
            "Somebody else changed what this round asks since you opened the page. "
            "Nothing of yours was saved. Look at the choice as it is now, then decide."
        )
    _check_parts(session, choice, context)
    asked = preview(session, round_id, choice)
    faults = [fault for one in asked for fault in one.faults]
    if faults:
        raise InvalidError("These modules cannot be combined.", tuple(faults))
    _keep(session, round_id, choice, asked)
    modules = [f"{line.name}@{line.version}" for one in asked for line in one.modules]
    record(session, context, "questionnaire composed", "round", round_id, modules=sorted(set(modules)))


def hold_plan(session: Session, round_id: int, context: AuditContext) -> None:
    """Let nobody launch the round, or choose for it, before this transaction ends."""
    planned = owned(session, Round, round_id, programme_id=context.programme_id, populate_existing=True)
    held = session.execute(
        update(Round).where(Round.id == round_id, Round.stage == Stage.PLANNED).values(stage=Stage.PLANNED)
    )
    if held.rowcount != 1:  # type: ignore[attr-defined]
        raise StageError(
            f"“{planned.title}” is {planned.stage}: what it asks was pinned at its launch "
            "and does not change."
        )


def is_local(session: Session, programme_id: int | None) -> bool:
    """Whether a programme is one locality's, which alone asks local modules."""
    programme = session.get(Programme, programme_id)
    return programme is not None and programme.kind == "locality"


def _check_parts(session: Session, choice: Choice, context: AuditContext) -> None:
    for sector in Sector:
        known = {line.id for line in cores_for(session, sector)}
        if choice.cores.get(sector) not in known:
            raise NotFoundError(f"published core for {SPOKEN[sector]}", choice.cores.get(sector))
    modules = {line.id: line for line in versions(session) if line.role in MODULES}
    for module in choice.modules:
        line = modules.get(module)
        if line is None:
            raise NotFoundError("module", module)
        if line.role is Role.LOCAL_MODULE and not is_local(session, context.programme_id):
            raise InvalidError(
                f"“{line.title}” is a local module: asked in one locality, never nationally. Take it out."
            )
        if line.state not in TO_TRY:
            raise InvalidError(f"“{line.title}”, version {line.version}, is retired. Take it out.")
        answered_by = parsed(session.get_one(InstrumentVersion, module).document).answered_by
        if answered_by and OWN_SEAT.keys() >= set(answered_by):
            raise InvalidError(
                f"“{line.title}” is for those who answer at a seat of their own, never for the lead. Give it "
                "to their kind of seat."
            )


def _keep(session: Session, round_id: int, choice: Choice, asked: Iterable[SectorQuestionnaire]) -> None:
    session.execute(delete(RoundModule).where(RoundModule.round_id == round_id))
    session.add_all(
        RoundModule(round_id=round_id, position=place, instrument_version_id=module)
        for place, module in enumerate(choice.modules)
    )
    for one in asked:
        session.execute(
            update(RoundInstrument)
            .where(*_of_leads(round_id), RoundInstrument.audience == one.sector)
            .values(
                instrument_version_id=one.core.id,
                sha256=one.core.sha256,
                left_out=list(_left_out(session, one.modules, choice)),
            )
        )
    session.flush()


def preview(session: Session, round_id: int, choice: Choice) -> tuple[SectorQuestionnaire, ...]:
    """What each sector would be asked with this choice, or why its parts do not go together."""
    return tuple(_of_sector(session, round_id, sector, choice) for sector in Sector)


def _of_sector(session: Session, round_id: int, sector: Sector, choice: Choice) -> SectorQuestionnaire:
    core = line_of(session, choice.cores[sector])
    lines = (line_of(session, module) for module in choice.modules)
    modules = tuple(line for line in lines if sector in line.audiences)
    if not modules:
        questionnaire = parsed(session.get_one(InstrumentVersion, core.id).document)
        return SectorQuestionnaire(
            sector=sector,
            core=core,
            modules=(),
            composed=None,
            questionnaire=questionnaire,
            minutes=core.minutes,
            faults=(),
        )
    recipe = _recipe(session, round_id, sector, core, modules, _left_out(session, modules, choice))
    try:
        composed = _composed(recipe)
    except CompositionFaults as refused:
        faults = tuple(f"For {SPOKEN[sector]}: {fault}." for fault in refused.faults)
        return SectorQuestionnaire(
            sector=sector,
            core=core,
            modules=modules,
            composed=None,
            questionnaire=None,
            minutes=0,
            faults=faults,
        )
    minutes = composed.questionnaire.estimated_minutes
    return SectorQuestionnaire(
        sector=sector,
        core=core,
        modules=modules,
        composed=composed,
        questionnaire=composed.questionnaire,
        minutes=minutes,
        faults=(),
    )


def _recipe(
    session: Session,
    round_id: int,
    sector: Sector,
    core: VersionLine,
    modules: Iterable[VersionLine],
    left_out: Iterable[str],
) -> Recipe:
    def text(line: VersionLine) -> str:
        return session.get_one(InstrumentVersion, line.id).document

    return Recipe(
        name=f"round-{round_id}-{sector.value.replace('_', '-')}",
        version=core.version,
        title=core.title,
        core=text(core),
        modules=tuple(text(line) for line in modules),
        without=tuple(left_out),
    )


# A page shows the same composition as it is looked at, changed and tried.
_composed = lru_cache(maxsize=32)(compose)


def _left_out(session: Session, modules: Iterable[VersionLine], choice: Choice) -> tuple[str, ...]:
    """The items left out of what one sector is asked: its modules need not have all that the choice names."""
    names: set[str] = set()
    for line in modules:
        for section in parsed(session.get_one(InstrumentVersion, line.id).document).written:
            names |= {name for question in section.questions for name in (question.id, question.item)}
            names |= {value.id for value in section.computed}
    return tuple(name for name in choice.left_out if name in names)


def launch_faults(session: Session, round_id: int) -> tuple[str, ...]:
    """Why a round's choice cannot be launched, as sentences."""
    choice = choice_of(session, round_id)
    own = session.scalars(
        select(RoundInstrument.instrument_version_id).where(
            RoundInstrument.round_id == round_id, RoundInstrument.seat_kind != SeatKind.LEAD
        )
    )
    lines = [line_of(session, version) for version in (*choice.cores.values(), *choice.modules, *own)]
    faults = [
        f"“{line.title}”, version {line.version}, is {WORDS[line.state]}, not published."
        for line in dict.fromkeys(lines)
        if line.state is not State.PUBLISHED
    ]
    programme_id = session.get_one(Round, round_id).programme_id
    unread = (
        second_readers.unread(session, version_id=line.id, programme_id=programme_id)
        for line in dict.fromkeys(lines)
    )
    faults += [fault for fault in unread if fault]
    asked = preview(session, round_id, choice)
    return (*faults, *(fault for one in asked for fault in one.faults))


def launch_warnings(session: Session, round_id: int) -> tuple[str, ...]:
    """What a coordinator may want to know of a round's choice before its launch."""
    choice, warnings = choice_of(session, round_id), []
    published = [line for line in versions(session) if line.state is State.PUBLISHED]
    for version in (*dict.fromkeys(choice.cores.values()), *choice.modules):
        line = line_of(session, version)
        newer = [other for other in published if other.name == line.name and other.version > line.version]
        if newer:
            warnings.append(
                f"“{line.title}” has a newer published version, {newer[0].version}; this round asks "
                f"version {line.version}."
            )
    return tuple(warnings)


def pin(session: Session, *, round_id: int, context: AuditContext) -> None:
    """Store what each sector is asked, where it is composed of several, and pin it; part of the launch.

    Raises:
        InvalidError: something was retired, or does not go together.
    """
    faults = launch_faults(session, round_id)
    if faults:
        raise InvalidError("What this round asks cannot be pinned.", faults)
    for one in preview(session, round_id, choice_of(session, round_id)):
        if one.composed is not None:
            version = _store(session, round_id, one, one.composed, context)
            session.execute(
                update(RoundInstrument)
                .where(*_of_leads(round_id), RoundInstrument.audience == one.sector)
                .values(instrument_version_id=version.id, sha256=version.sha256)
            )
    session.execute(
        update(RoundInstrument).where(RoundInstrument.round_id == round_id).values(pinned_at=context.now)
    )


def _store(
    session: Session, round_id: int, one: SectorQuestionnaire, composed: Composed, context: AuditContext
) -> InstrumentVersion:
    instrument = Instrument(name=composed.questionnaire.name, role=Role.CORE, round_id=round_id)
    session.add(instrument)
    session.flush()
    version = enter(
        session, instrument, composed.questionnaire, composed.text, state=State.PUBLISHED, context=context
    )
    session.add_all(
        InstrumentPart(version_id=version.id, position=place, part_id=line.id)
        for place, line in enumerate((one.core, *one.modules))
    )
    session.flush()
    return version


def parts_of(session: Session, version_id: int) -> tuple[VersionLine, ...]:
    """What a version was composed of, the core first; itself alone where it was not composed."""
    parts = session.scalars(
        select(InstrumentPart.part_id)
        .where(InstrumentPart.version_id == version_id)
        .order_by(InstrumentPart.position)
    ).all()
    return tuple(line_of(session, part) for part in parts or (version_id,))
