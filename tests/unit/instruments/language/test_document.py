"""The risky parts of YAML are refused with a line, and nothing is guessed."""

import pytest

from instruments.errors import QuestionnaireFaults
from instruments.language.document import DEEPEST, LARGEST, read_document


def faults_of(text: str) -> list[tuple[int, str]]:
    with pytest.raises(QuestionnaireFaults) as caught:
        read_document(text)
    return [(fault.line, fault.message) for fault in caught.value.faults]


def test_words_that_yaml_takes_for_values_stay_words() -> None:
    root = read_document("a: no\nb: 1e3\nc: ~\nd: 2025-01-01\n")

    assert isinstance(root.value, dict)
    assert {key: node.value for key, node in root.value.items()} == {
        "a": "no",
        "b": "1e3",
        "c": "~",
        "d": "2025-01-01",
    }


def test_every_value_knows_its_path_and_line() -> None:
    root = read_document("top:\n  - one\n  - name: two\n")

    assert isinstance(root.value, dict)
    items = root.value["top"].value
    assert isinstance(items, tuple)
    assert (items[0].path, items[0].line) == ("top[0]", 2)
    assert isinstance(items[1].value, dict)
    assert (items[1].value["name"].path, items[1].value["name"].line) == ("top[1].name", 3)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: 1\nb:\t2\n", 2, "tab"),
        ("a: &here 1\n", 1, "anchor &here"),
        ("a: &here 1\nb: *here\n", 2, "alias *here"),
        ("a: 1\nb: !!python/object:os.system x\n", 2, "tag"),
        ("a: 1\n---\nb: 2\n", 1, "2 documents"),
        ("", 1, "0 documents"),
        ("a: 1\nb: 2\na: 3\n", 3, "a is given twice"),
        ('a: "nul \\0 here"\n', 1, "control character"),
        ("a: 1\nb: [1, 2\n", 3, "not readable YAML"),
        ("? [a, b]\n: 1\n", 1, "plain word"),
        ("a: \ud800\n", 1, "UTF-8"),
    ],
)
def test_risky_yaml_is_refused_with_its_line(text: str, line: int, says: str) -> None:
    assert any(at == line and says in message for at, message in faults_of(text))


def test_tabs_are_told_on_every_line_that_holds_one() -> None:
    assert [line for line, _ in faults_of("a:\t1\nb: 2\nc:\t3\n")] == [1, 3]


def test_a_file_over_the_limit_is_refused_before_it_is_read() -> None:
    [(line, message)] = faults_of("a: " + "[" * LARGEST)

    assert line == 1
    assert "1,000,000" in message


def test_nesting_is_allowed_up_to_the_limit_and_refused_beyond() -> None:
    read_document("[" * DEEPEST + "]" * DEEPEST)

    [(_, message)] = faults_of("[" * 100_000)
    assert "levels deep" in message


def test_all_duplicate_keys_of_a_file_are_told_at_once() -> None:
    assert [line for line, _ in faults_of("a: 1\na: 2\nb:\n  c: 1\n  c: 2\n")] == [2, 5]
