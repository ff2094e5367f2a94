"""Both releases of the demonstration checked from their files, as anybody may who holds them."""

import shutil
from pathlib import Path

from click.testing import CliRunner

from survey_app.cli.main import compact
from tests.journeys.conftest import Made
from tests.unit.reports.saved_page import tables_html


def verify(folder: Path) -> tuple[int, str]:
    done = CliRunner().invoke(compact, ["release", "verify", str(folder)])
    return done.exit_code, done.output


def test_both_releases_follow_from_their_bundles_and_agree_with_page_and_pdf(
    demonstration: Made, tmp_path: Path
) -> None:
    for number, (folder, published) in enumerate(
        zip(demonstration.folders, demonstration.releases, strict=True)
    ):
        here = tmp_path / str(number)
        shutil.copytree(folder, here)
        (here / "page.html").write_text(tables_html(published.contents), encoding="utf-8")

        assert verify(here) == (0, "Everything agrees.\n")
