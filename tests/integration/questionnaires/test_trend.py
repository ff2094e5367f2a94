"""A core is reworded between two rounds: tables, page and PDF mark the break and say why."""

import io
import re
from dataclasses import replace

import pytest
from pypdf import PdfReader

from instruments.language.questionnaire import parse
from instruments.schema import Questionnaire
from instruments.versions.library import read
from sampling.frame import Sector
from survey_app.reports.contents import Contents, Mark
from survey_app.services.questionnaires import composition, versions
from survey_app.services.results import files
from survey_app.services.results.earlier.discontinuities import discontinuities_between
from tests.fixtures.module_text import module_text
from tests.fixtures.staff import Visitor, words
from tests.fixtures.two_rounds import TwoRounds, first_round, second_round
from tests.fixtures.world import World

NOTE = "The time that was meant is now named."
SAME = "        changed: {{from_version: {}, kind: same, note: A comma was put in}}\n"
WHY = f"For public bodies the question was worded differently in 2026. {NOTE}"


def reworded_core() -> str:
    """The core of public bodies a version on: one question in other words with a note that says so, one
    dropped, and one that is new in its place."""
    text = read("annual-public-body", 1).text.replace("\nversion: 1\n", "\nversion: 2\n", 1)
    question = text[text.index("- id: consulted") : text.index("- id:", text.index("- id: consulted") + 5)]
    changed = re.sub(
        r"text: .*", "text: Since last April, have you consulted voluntary organisations?", question
    )
    said = f'        changed: {{from_version: 1, kind: reworded, note: "{NOTE}"}}\n      '
    text = text.replace(question, changed.rstrip(" \n") + "\n" + said, 1)
    before, after = text.split("- id: costs-repaid", 1)
    not_mirrored = after.replace("        mirrored: true\n", "", 1)
    return f"{before}- id: costs-met{not_mirrored}"


@pytest.fixture
def pair(embedded_world: World) -> TwoRounds:
    """Two closed rounds, with the core of public bodies reworded in between."""
    world = embedded_world
    first = first_round(world)
    with world.database.writing() as session:
        versions.publish(session, document=reworded_core(), context=world.context())
    return TwoRounds(world, first, second_round(world))


def item_of(contents: Contents, key: str):  # type: ignore[no-untyped-def]
    return next(item for item in contents.items if item.item == key)


@pytest.mark.slow
def test_a_reworded_question_is_marked_as_a_discontinuity_and_the_report_says_why(pair: TwoRounds) -> None:
    release = pair.freeze(pair.second)
    contents = pair.contents(release)
    change = item_of(contents, "consulted").change
    other = item_of(contents, "heard-of").change

    assert change.discontinuities == (WHY,)
    assert (change.public.mark, change.public.estimate) == (Mark.DISCONTINUITY, None)
    assert change.voluntary.mark is not Mark.DISCONTINUITY
    assert other.discontinuities == ()
    dropped, added = item_of(contents, "costs-repaid"), item_of(contents, "costs-met")
    assert (dropped.public.mark, dropped.change.public.mark) == (Mark.NOT_APPLICABLE,) * 2
    assert dropped.change.voluntary.mark is not Mark.NOT_APPLICABLE, "the other sector is still asked"
    assert added.public.estimate is not None
    assert (added.change, added.voluntary.mark) == (None, Mark.NOT_APPLICABLE)

    world = pair.world
    world.tick()
    with world.database.writing() as session:
        pdf = files.file_of(
            session, world.keys, release_id=release, kind=files.PDF, context=world.context()
        ).content
    printed = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    squeezed = re.sub(r"\s+", "", printed)
    assert "[b]" in squeezed
    assert re.sub(r"\s+", "", WHY) in squeezed
    assert WHY in words(Visitor(world, "reviewer").open(f"/results/{release}"))


def composed(core: str, module: str) -> Questionnaire:
    return composition.compose(
        composition.Recipe("round-1-vco", parse(core).version, "A round", core, (module,))
    ).questionnaire


def module(version: int, wording: str, changed: str = "") -> str:
    text = module_text(version=version, wording=wording)
    return text.replace("        dont_know: true\n", f"        dont_know: true\n{changed}", 1)


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ("", {"module-trust-trusted"}),
        (SAME.format(3), set()),
        (
            SAME.format(1),
            {"module-trust-trusted"},
        ),
    ],
)
def test_what_a_module_says_of_its_change_is_read_beside_the_modules_own_version(
    changed: str, broken: set[str]
) -> None:
    core = read("annual-vco", 1).text
    then = composed(core, module(3, "Do you trust the other sector?"))
    now = composed(core, module(4, "Do you, trust the other sector?", changed))

    assert discontinuities_between(then, now, sector=Sector.VOLUNTARY, since="2026").keys() == broken


@pytest.mark.parametrize(
    ("middle", "last", "broken"),
    [
        (SAME.format(3), SAME.format(4), set()),
        ("", SAME.format(4), {"module-trust-trusted"}),
        (SAME.format(3), "", {"module-trust-trusted"}),
    ],
)
def test_over_several_versions_an_item_is_followed_from_each_to_the_next(
    middle: str, last: str, broken: set[str]
) -> None:
    core = read("annual-vco", 1).text
    then = composed(core, module(3, "Do you trust the other sector?"))
    between = parse(module(4, "Do you, trust the other sector?", middle))
    now = composed(core, module(5, "Do you trust, the other sector?", last))

    def find(name: str, version: int) -> Questionnaire | None:
        return between if (name, version) == (between.name, 4) else None

    discontinuities = discontinuities_between(then, now, sector=Sector.VOLUNTARY, since="2025", find=find)
    alone = discontinuities_between(then, now, sector=Sector.VOLUNTARY, since="2025")

    assert discontinuities.keys() == broken
    assert alone.keys() == {"module-trust-trusted"}


def test_adding_a_module_to_a_core_breaks_no_trend() -> None:
    core = read("annual-vco", 1).text

    for later in (composed(core, module_text()), replace(parse(core), version=2)):
        assert discontinuities_between(parse(core), later, sector=Sector.VOLUNTARY, since="2026") == {}
