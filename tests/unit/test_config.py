"""Settings: read once, checked at start, every fault told at once."""

from dataclasses import fields

import pytest

from config import Settings, SettingsError, documented

KEYS = {name: name.lower() * 8 for name in ("SECRET_KEY", "PRN_KEY", "LINK_KEY", "CODE_KEY", "DATA_KEY")}


def test_keys_are_all_that_must_be_given() -> None:
    settings = Settings.from_environment(KEYS | {"UNRELATED": "1"})

    assert settings.prn_key == KEYS["PRN_KEY"]
    assert (settings.mail_channel, settings.smtp_port, settings.secure_cookies) == ("folder", 587, True)


def test_every_missing_key_is_named_with_its_remedy() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.from_environment({})

    assert [fault.split(":")[0] for fault in caught.value.faults] == list(KEYS)
    assert all("compact settings keys" in fault for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SECRET_KEY", "short"),
        ("DATABASE_URL", "mysql://host/name"),
        ("MAIL_CHANNEL", "pigeon"),
        ("BASE_URL", "survey.invalid"),
        ("SMTP_PORT", "-1"),
        ("SMTP_PORT", "twenty"),
        ("SMTP_TLS", "maybe"),
        ("DISCLOSURE_THRESHOLD", "1"),
        ("WORKER_WAKE_SECONDS", "0"),
        ("WORKER_WAKE_SECONDS", "86400"),
        ("DISCLOSURE_THRESHOLD", "100000"),
        ("SMTP_PORT", "0"),
        ("SMTP_PORT", "70000"),
        ("SESSION_HOURS", "0"),
        ("SESSION_HOURS", "9999"),
        ("TRUSTED_PROXIES", "99"),
        ("BASE_URL", "http://survey.example.org"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "https://[half"),
        ("MAIL_FROM", "Compact Monitor"),
        ("MAIL_FROM", "Compact Monitor <survey>"),
        ("MAIL_FROM", "survey@"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        Settings.from_environment(KEYS | {variable: value})


@pytest.mark.parametrize(
    "address", ["https://survey.example.org", "http://localhost:8000", "http://[::1]:80"]
)
def test_an_address_is_encrypted_or_on_this_machine(address: str) -> None:
    assert Settings.from_environment(KEYS | {"BASE_URL": address}).base_url == address


@pytest.mark.parametrize(("text", "meant"), [("yes", True), ("On", True), ("no", False), ("0", False)])
def test_yes_and_no_are_read_as_people_write_them(text: str, meant: bool) -> None:
    assert Settings.from_environment(KEYS | {"SMTP_TLS": text}).smtp_tls is meant


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({"DATABASE_URL": "postgresql://name@db.council.example/monitor"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://name@db.council.example/monitor?sslmode=require"}, "DATABASE_URL"),
        ({"MAIL_CHANNEL": "smtp", "SMTP_TLS": "no", "SMTP_HOST": "mail.council.example"}, "SMTP_TLS"),
    ],
)
def test_nothing_goes_to_another_machine_unencrypted(given: dict[str, str], refused: str) -> None:
    with pytest.raises(SettingsError, match=refused):
        Settings.from_environment(KEYS | given)


@pytest.mark.parametrize(
    "given",
    [
        {"DATABASE_URL": "postgresql://name@db.council.example/monitor?sslmode=verify-full"},
        {"DATABASE_URL": "postgresql:///monitor?host=/var/run/postgresql"},
        {"DATABASE_URL": "postgresql://name@127.0.0.1:5433/monitor"},
        {"MAIL_CHANNEL": "smtp", "SMTP_TLS": "no", "SMTP_HOST": "localhost"},
    ],
)
def test_connections_on_this_machine_need_no_encryption(given: dict[str, str]) -> None:
    Settings.from_environment(KEYS | given)


def test_a_secret_is_never_shown() -> None:
    settings = Settings.from_environment(KEYS | {"SMTP_PASSWORD": "hunter2"})

    shown = repr(settings)

    assert "hunter2" not in shown
    assert not any(key in shown for key in KEYS.values())


def test_every_setting_is_documented() -> None:
    assert len(documented()) == len(fields(Settings))
    assert all(variable.isupper() and doc.endswith(".") for variable, _, doc in documented())
