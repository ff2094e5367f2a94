"""A release checked from its files: what agrees, what was altered, what is damaged."""

import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from survey_app.cli.main import compact
from survey_app.cli.releases import bundles
from survey_app.errors import InvalidError
from survey_app.reports.contents import Contents
from survey_app.reports.long_csv import COLUMNS
from survey_app.services.results import files
from tests.fixtures.two_rounds import THRESHOLD, TwoRounds
from tests.unit.reports.saved_page import tables_html

LONG, TABLES, PAGE, BUNDLE = "r-long.csv", "r.csv", "r.html", "r-bundle.zip"


@pytest.fixture
def released(pair: TwoRounds, tmp_path: Path) -> Path:
    """A folder with the files of a second round's release, and its page as somebody saved it."""
    release_id = pair.freeze(pair.second)
    contents = pair.contents(release_id)
    (tmp_path / LONG).write_bytes(files.long_csv(contents).encode())
    (tmp_path / TABLES).write_bytes(files.results_csv(contents).encode())
    (tmp_path / PAGE).write_text(page_of(contents), encoding="utf-8")
    (tmp_path / BUNDLE).write_bytes(pair.bundle(release_id))
    return tmp_path


def page_of(contents: Contents) -> str:
    return tables_html(contents)


def verify(folder: Path) -> tuple[int, list[str]]:
    done = CliRunner().invoke(compact, ["release", "verify", str(folder)], catch_exceptions=False)
    return done.exit_code, done.output.splitlines()


def altered(folder: Path, alter: Callable[[list[dict[str, str]]], None]) -> None:
    """The long CSV written again with other numbers."""
    rows = list(csv.DictReader(io.StringIO((folder / LONG).read_bytes().decode())))
    alter(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    (folder / LONG).write_bytes(out.getvalue().encode())


def rebuilt(folder: Path, name: str, alter: Callable[[str], str]) -> None:
    """The bundle zipped again with one file altered."""
    with zipfile.ZipFile(folder / BUNDLE) as archive:
        parts = {each: archive.read(each) for each in archive.namelist()}
    parts[name] = alter(parts[name].decode()).encode()
    with zipfile.ZipFile(folder / BUNDLE, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, content in parts.items():
            archive.writestr(each, content)


def figure(rows: list[dict[str, str]]) -> dict[str, str]:
    """A figure of one sector in one region, with an interval."""
    return next(r for r in rows if r["breakdown"] == "Region" and r["estimate"] and r["lower"] != r["upper"])


def names_no_small_place(bundle: Path) -> None:
    """Assert that no row tells a stratum or region by name in which few replied."""
    with zipfile.ZipFile(bundle) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("units.csv").decode())))
        shared = archive.read("strata.csv").decode()
        method = json.loads(archive.read("method.json"))

    for place in ("stratum", "region"):
        replied = Counter((row["sector"], row[place]) for row in rows if row["outcome"] == "complete")
        assert {name for (_, name), count in replied.items() if count < THRESHOLD} <= {"other"}, place
        assert len(replied) > 3, "large ones keep their names"
    small = [row for row in rows if row["stratum"] == "other"]
    assert len(small) > 10
    assert {row["pop_size"] for row in small} == {""}
    assert all(row["cell"].isdigit() for row in rows)
    assert all(row["stratum"].isdigit() for row in csv.DictReader(io.StringIO(shared)))
    assert set(method["named_strata"]) <= {row["stratum"] for row in rows}
    assert "cells" not in method


def test_a_release_follows_from_its_bundle_though_that_names_no_small_place(released: Path) -> None:
    names_no_small_place(released / BUNDLE)
    assert verify(released) == (0, ["Everything agrees."])

    (released / BUNDLE).unlink()
    assert verify(released) == (0, ["Everything agrees."])


def test_an_altered_published_number_is_named_with_and_without_the_bundle(released: Path) -> None:
    place = []

    def alter(rows: list[dict[str, str]]) -> None:
        row = figure(rows)
        place.extend([row["item"], row["group"], row["sector"]])
        row["estimate"] = str(int(float(row["estimate"])) + 7)

    altered(released, alter)
    with_bundle = verify(released)
    (released / BUNDLE).unlink()
    alone = verify(released)
    (released / TABLES).unlink()
    page_alone = verify(released)

    for status, lines in (with_bundle, alone, page_alone):
        assert status == 1
        assert any(all(part in line for part in place) for line in lines), lines
    assert any("was released" in line for line in with_bundle[1])
    assert any("in the CSV of the tables" in line for line in alone[1])
    assert any("not in r.html" in line for line in page_alone[1])


def test_an_altered_answer_names_the_figures_that_follow_from_it(released: Path) -> None:
    named = []

    def alter(text: str) -> str:
        rows = list(csv.DictReader(io.StringIO(text)))
        key = "heard-of"
        row = next(row for row in rows if row[key])
        row[key] = "0.0" if row[key] == "1.0" else "1.0"
        named.append(row["region"])
        out = io.StringIO()
        writer = csv.DictWriter(out, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
        return out.getvalue()

    rebuilt(released, "units.csv", alter)

    status, lines = verify(released)

    assert status == 1
    assert all(line.startswith("Heard of the agreement") for line in lines), lines
    assert any("follows from the answers" in line for line in lines)


def test_a_gap_a_rating_or_a_count_that_does_not_follow_from_the_answers_is_named(released: Path) -> None:
    def alter(text: str) -> str:
        document = json.loads(text)
        of = document["contents"]
        with_gap = next(item for item in of["items"] if item["gap"])
        with_gap["gap"]["lci"] -= 0.02
        rated = next(item for item in of["items"] if item["ratings"] and item["ratings"][0]["shares"])
        rated["ratings"][0]["shares"][3] += 0.02
        of["sectors"][0]["replied"] += 1
        named.extend(
            [f"{with_gap['short']}, gap: lower limit", "rated 2½: estimate", "replied in full: base"]
        )
        return json.dumps(document)

    named: list[str] = []
    rebuilt(released, "contents.json", alter)

    status, lines = verify(released)

    assert status == 1
    assert all(any(part in line for line in lines) for part in named), lines


def test_one_byte_changed_anywhere_is_damage_or_changes_nothing_that_is_read(released: Path) -> None:
    whole = (released / BUNDLE).read_bytes()
    files_of, damaged = bundles.opened(whole, BUNDLE), 0
    for at in range(0, len(whole), max(len(whole) // 80, 1)):
        changed = whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :]
        try:
            assert bundles.opened(changed, BUNDLE) == files_of
        except InvalidError:
            damaged += 1

    assert damaged > 70


def test_a_damaged_zip_is_called_so(released: Path) -> None:
    whole = (released / BUNDLE).read_bytes()
    for content in (whole[:-40], whole[:500] + bytes([whole[500] ^ 255]) + whole[501:], b"nothing"):
        (released / BUNDLE).write_bytes(content)

        status, lines = verify(released)

        assert status == 2
        assert any("r-bundle.zip is damaged" in line for line in lines), lines


def test_a_change_that_is_not_what_its_figures_make_is_named(released: Path) -> None:
    def alter(rows: list[dict[str, str]]) -> None:
        row = next(r for r in rows if r["table"] == "Changes" and r["unit"] == "points" and r["estimate"])
        row["estimate"] = str(int(row["estimate"]) + 9)

    altered(released, alter)
    (released / BUNDLE).unlink()

    status, lines = verify(released)

    assert status == 1
    assert any("its figures are" in line for line in lines)


def test_a_folder_without_a_release_or_with_two_is_refused(released: Path) -> None:
    (released / "s-long.csv").write_bytes((released / LONG).read_bytes())
    assert verify(released)[0] == 2

    for path in released.glob("*-long.csv"):
        path.unlink()
    status, lines = verify(released)
    assert status == 2
    assert "has no file that ends in -long.csv" in lines[0]
