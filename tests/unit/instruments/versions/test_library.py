"""A published questionnaire is handed out only if it is the one that was locked."""

import hashlib
from pathlib import Path

import pytest

from instruments.errors import LibraryError
from instruments.versions.library import Locked, read, shipped
from tests.unit.instruments.examples import questionnaire_text, yes_no

TEXT = questionnaire_text(yes_no("a"))
SHA256 = hashlib.sha256(TEXT.encode()).hexdigest()


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / "1.yaml").write_text(TEXT, encoding="utf-8", newline="\n")
    (tmp_path / "LOCK").write_text(f"small 1 {SHA256}\n", encoding="utf-8")
    return tmp_path


def test_a_locked_questionnaire_comes_with_its_text_and_hash(shelf: Path) -> None:
    published = read("small", 1, shelf)

    assert (published.text, published.sha256) == (TEXT, SHA256)
    assert published.questionnaire.name == "small"
    assert shipped(shelf) == (Locked("small", 1, SHA256),)


def test_a_changed_file_is_refused(shelf: Path) -> None:
    (shelf / "small" / "1.yaml").write_text(TEXT.replace("Is it so?", "Is it not so?"), encoding="utf-8")

    with pytest.raises(LibraryError, match="changed after it was published"):
        read("small", 1, shelf)


def test_a_version_that_is_not_in_the_lock_is_refused_even_if_its_file_is_there(shelf: Path) -> None:
    (shelf / "small" / "2.yaml").write_text(TEXT, encoding="utf-8")

    with pytest.raises(LibraryError, match="not published"):
        read("small", 2, shelf)


@pytest.mark.parametrize("name", ["../small", "/etc/small", "small/../small", ""])
def test_a_name_cannot_lead_elsewhere(shelf: Path, name: str) -> None:
    with pytest.raises(LibraryError, match="not published"):
        read(name, 1, shelf)


def test_a_locked_version_without_file_is_refused(shelf: Path) -> None:
    (shelf / "small" / "1.yaml").unlink()

    with pytest.raises(LibraryError, match="file is missing"):
        read("small", 1, shelf)


def test_a_file_that_calls_itself_something_else_is_refused(shelf: Path) -> None:
    (shelf / "small" / "1.yaml").rename(shelf / "small" / "3.yaml")
    (shelf / "LOCK").write_text(f"small 3 {SHA256}\n", encoding="utf-8")

    with pytest.raises(LibraryError, match="calls itself small@1"):
        read("small", 3, shelf)


@pytest.mark.parametrize("line", ["small 1", "small one abc", "small 1 abc more"])
def test_a_lock_that_cannot_be_read_is_refused(shelf: Path, line: str) -> None:
    (shelf / "LOCK").write_text(line, encoding="utf-8")

    with pytest.raises(LibraryError, match="not `name version sha256`"):
        shipped(shelf)


def test_a_shelf_without_lock_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LibraryError, match="no LOCK"):
        shipped(tmp_path)
