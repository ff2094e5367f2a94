"""A line of the log is JSON, and repeats nothing that a fault says."""

import json
import logging

from survey_app.logs import JsonLines


def line(record: logging.LogRecord) -> dict[str, object]:
    (only,) = JsonLines().format(record).splitlines()
    return dict(json.loads(only))


def record(**more: object) -> logging.LogRecord:
    return logging.makeLogRecord(
        {"name": "survey_app", "levelname": "ERROR", "msg": "job %s did not finish", "args": (7,)} | more
    )


def test_a_line_holds_time_message_and_facts() -> None:
    said = line(record(created=1_795_000_000.5, facts={"request": "ab12", "status": 200}))

    assert said["time"] == "2026-11-18T11:06:40.500+00:00"
    assert said["message"] == "job 7 did not finish"
    assert (said["request"], said["status"]) == ("ab12", 200)


def test_a_fault_is_told_by_its_kind_and_place_and_not_by_its_words() -> None:
    try:
        try:
            raise KeyError("jo@example.org")
        except KeyError:
            raise ValueError("Jo Bird\nof Dorset answered 4") from None
    except ValueError as fault:
        said = JsonLines().format(record(exc_info=(type(fault), fault, fault.__traceback__)))

    assert '"kind": "ValueError"' in said
    assert "test_logs.py" in said
    assert "\n" not in said
    for secret in ("Jo Bird", "example.org", "Dorset"):
        assert secret not in said
