"""What holds for every file: size, words, addresses, and who may import whom."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("survey_app", "instruments", "sampling", "scheduler")
MAX_LINES = 400


def tracked() -> list[Path]:
    """Every file that git keeps."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def modules() -> list[Path]:
    return [
        path for path in tracked() if path.suffix == ".py" and "migrations/versions" not in path.as_posix()
    ]


def text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_no_module_is_longer_than_a_person_can_hold_in_mind() -> None:
    sizes = {where(path): len(text_of(path).splitlines()) for path in modules()}

    assert {name: lines for name, lines in sizes.items() if lines > MAX_LINES} == {}
    assert len(sizes) > 100


def test_a_package_says_what_it_is_for_and_nothing_else() -> None:
    charters = [path for path in modules() if path.name == "__init__.py"]

    assert charters
    for path in charters:
        body = ast.parse(text_of(path)).body
        assert len(body) == 1, where(path)
        assert isinstance(body[0], ast.Expr), where(path)
        assert isinstance(body[0].value, ast.Constant), where(path)


def test_every_module_of_the_product_begins_with_what_it_is() -> None:
    bare = [
        where(path)
        for path in modules()
        if where(path).startswith(PACKAGES) and not ast.get_docstring(ast.parse(text_of(path)))
    ]

    assert bare == []


def test_nothing_that_people_read_promises_more_than_confidence() -> None:
    shown = [
        path
        for path in tracked()
        if where(path).startswith((*PACKAGES, "docs", "README"))
        and path.suffix in {".py", ".html", ".txt", ".yaml", ".md"}
        and "/demo/data/" not in path.as_posix()
    ]

    said = [
        where(path) for path in shown if re.search(r"\banonym(ous|ity|ously)", text_of(path), re.IGNORECASE)
    ]

    assert said == []
    assert len(shown) > 100


def test_nothing_wears_the_crown() -> None:
    signs = re.compile(r"govuk-crest|govuk-header__logotype|GDS Transport|govuk-logotype", re.IGNORECASE)
    ours = [path for path in tracked() if path.suffix in {".html", ".css"} and "survey_app" in path.parts]

    assert [where(path) for path in ours if signs.search(text_of(path))] == []


def test_no_file_names_where_packages_come_from() -> None:
    hosts = re.compile(
        "https?://[^ \n\"']*(" + "|".join(("pypi", "pythonhosted", "npmjs", "unpkg", "jsdelivr")) + ")"
    )
    naming = [
        where(path)
        for path in tracked()
        if path.name != "test_tree.py" and hosts.search(text_of(path).lower())
    ]

    assert naming == []


def test_every_requirement_is_pinned_with_its_hashes() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        entries = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
        wanted = [entry for entry in entries if entry.strip() and not entry.lstrip().startswith("#")]
        assert len(wanted) > 20
        assert [entry for entry in wanted if "==" not in entry or "--hash=sha256:" not in entry] == []


def test_the_development_lock_holds_all_of_the_other() -> None:
    pins = [
        set(re.findall(r"^[a-z0-9][\w.-]*==[\w.]+", (ROOT / name).read_text(), re.MULTILINE))
        for name in ("requirements.lock", "requirements-dev.lock")
    ]

    assert pins[0] <= pins[1]


def test_no_secret_and_no_database_is_kept_in_git() -> None:
    unwanted = re.compile(r"\.(sqlite\w*|env|pem|key|eml|pyc)$")

    assert [where(path) for path in tracked() if unwanted.search(path.name)] == []


@pytest.mark.parametrize("script", ["run", ".ci/run"])
def test_the_scripts_can_be_started_and_stop_at_the_first_fault(script: str) -> None:
    path = ROOT / script

    assert path.stat().st_mode & 0o111
    assert re.search(r"^set -eu", text_of(path), re.MULTILINE)
    subprocess.run(["bash", "-n", str(path)], check=True)


def test_an_unknown_command_is_told_what_there_is() -> None:
    said = subprocess.run([str(ROOT / "run"), "dance"], capture_output=True, text=True, check=False)

    assert said.returncode == 1
    assert "./run test" in said.stderr


def test_everybody_imports_down_the_ladder_and_nobody_up() -> None:
    contracts = [
        sys.executable,
        "-c",
        "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))",
    ]

    said = subprocess.run(contracts, cwd=ROOT, capture_output=True, text=True, check=False)

    assert said.returncode == 0, said.stdout + said.stderr
    assert " 0 broken" in said.stdout
