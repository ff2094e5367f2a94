"""The demonstration's own installation: a folder with its keys, database, letters and sign-ins."""

import csv
import io
import secrets
from datetime import date
from importlib.resources import files
from pathlib import Path
from zlib import crc32

from config import Settings

PEOPLE = {
    "coordinator": "Cora Coordinator",
    "interviewer": "Ivo Interviewer",
    "register_clerk": "Clem Clerk",
    "facilitator": "Fay Facilitator",
    "reviewer": "Rita Reviewer",
    "analyst": "Anna Analyst",
    "signatory_public": "Petra Public",
    "signatory_voluntary": "Vic Voluntary",
    "administrator": "Ada Administrator",
    "administrator_2": "Ben Administrator",
}
ONE_IN = 30
SECRETS = ("SECRET_KEY", "CODE_KEY", "DATA_KEY")
# Public on purpose: the frame is public and the answers are made up, and so the demonstration
# draws the same panel and finds the same figures on every machine.
FIXED = {
    "PRN_KEY": "demonstration-only-permanent-random-numbers",
    "LINK_KEY": "demonstration-only-pseudonyms-of-made-up-answers",
}


def environment_of(folder: Path, *, port: int) -> dict[str, str]:
    """The settings of the demonstration in `folder`; secrets are made once and kept there."""
    return {
        **FIXED,
        **_secrets(folder),
        "DATABASE_URL": f"sqlite:///{folder / 'demonstration.sqlite'}",
        "MAIL_CHANNEL": "folder",
        "MAIL_FOLDER": str(folder / "outbox"),
        "MAIL_FROM": "Compact Monitor demonstration <demonstration@compact-monitor.invalid>",
        "BASE_URL": f"http://127.0.0.1:{port}",
        "SECURE_COOKIES": "no",
        "WORKER_WAKE_SECONDS": "5",
    }


def _secrets(folder: Path) -> dict[str, str]:
    return dict(_kept(folder / "keys", [f"{name}={secrets.token_urlsafe(48)}" for name in SECRETS]))


def sign_ins(folder: Path) -> dict[str, tuple[str, str]]:
    """Address and password by place (a role, or `role_2`), made once and kept with the demonstration."""
    fresh = [f"{role}={secrets.token_hex(8)}" for role in PEOPLE]
    return {role: (f"{role}@demo.invalid", password) for role, password in _kept(folder / "sign-ins", fresh)}


def _kept(path: Path, fresh: list[str]) -> list[tuple[str, str]]:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text("\n".join(fresh) + "\n", encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(name, value) for name, _, value in (line.partition("=") for line in lines if "=" in line)]


def settings_of(environment: dict[str, str]) -> Settings:
    """The checked settings of the demonstration."""
    return Settings.from_environment(environment)


def list_with_addresses(name: str, edition: int) -> bytes:
    """A shipped list with an e-mail address for every organisation that leads nowhere.

    Two editions, so that there are births and deaths: of the voluntary organisations the first lacks one
    in thirty, chosen by their identifiers, and the second one in thirty others. Public bodies stay.
    """
    text = files("survey_app.demo").joinpath("data", name).read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=[*rows[0], "email"])
    writer.writeheader()
    for row in rows:
        if "income_band" in row and crc32(row["source_id"].encode()) % ONE_IN == edition:
            continue
        local = "".join(c if c.isalnum() else "-" for c in row["source_id"].lower())
        writer.writerow(row | {"email": f"{local}@demo.invalid"})
    return out.getvalue().encode()


def years_before(day: date, years: int) -> date:
    """The same day some years before; 28 February for the 29th."""
    return date(day.year - years, day.month, min(day.day, 28) if day.month == 2 else day.day)
