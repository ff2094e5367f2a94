"""Whether what the settings name can be reached: the database with its keys, the way that letters leave."""

import os
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from survey_app.cli.installation import Installation
from survey_app.cli.processes import channel
from survey_app.database import Database
from survey_app.errors import InvalidError
from survey_app.mail.addresses import AddressFault, read_sender
from survey_app.mail.channels import MailFault
from survey_app.services.installation import check_keys, is_current


def database_state(here: Installation) -> str:
    """What can be said of a database that answers, or of a place where one can be made.

    Raises:
        InvalidError: it does not answer, or there is no such place.
        WrongKeyError: the keys are not those of this database.
    """
    url = make_url(here.settings.database_url)
    shown = url.render_as_string(hide_password=True)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return _to_be_made(shown, Path(url.database or "").absolute().parent)
    database = Database(here.settings.database_url)
    try:
        if not is_current(database):
            return f"Database: {shown} answers. Its tables need `compact database upgrade`."
        check_keys(database, here.keys)
    except SQLAlchemyError as fault:
        raise InvalidError(f"DATABASE_URL: {shown} does not answer: {_in_short(fault)}") from None
    finally:
        database.close()
    return f"Database: {shown} answers, its tables are up to date, and the keys are those it was filled with."


def _to_be_made(shown: str, folder: Path) -> str:
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise InvalidError(f"DATABASE_URL: {shown} cannot be made: {folder} cannot be written.")
    return f"Database: {shown} is not there yet. `compact database upgrade` makes it."


def mail_state(here: Installation) -> str:
    """Where letters go, once somebody there has answered.

    Raises:
        InvalidError: nobody did, or refused the sign-in; the folder cannot be written; or no letter can come
            from this sender.
    """
    settings = here.settings
    try:
        read_sender(settings.mail_from)
    except AddressFault as fault:
        raise InvalidError(f"MAIL_FROM: {settings.mail_from!r} {fault}.") from None
    if settings.mail_channel == "folder":
        return _folder_state(Path(settings.mail_folder).absolute())
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    try:
        with channel(settings):
            return f"Mail: {where} answers{' and lets us in' if settings.smtp_user else ''}."
    except MailFault as fault:
        raise InvalidError(f"SMTP_HOST, SMTP_PORT: {where} is of no use: {_in_short(fault)}") from None


def _folder_state(folder: Path) -> str:
    there = next(place for place in (folder, *folder.parents) if place.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise InvalidError(f"MAIL_FOLDER: {folder} cannot be written.")
    return f"Mail: letters are written into {folder}, and none is sent."


def log_state(here: Installation) -> str:
    """Where it is written what was destroyed, once that can be written.

    Raises:
        InvalidError: it cannot, and so nothing could be destroyed.
    """
    path = Path(here.settings.destruction_log).absolute()
    place = path if path.exists() else path.parent
    if not os.access(place, os.W_OK) or path.is_dir():
        raise InvalidError(f"DESTRUCTION_LOG: {path} cannot be written, so no answers could be destroyed.")
    return f"Destructions are noted in {path}."


def _in_short(fault: Exception) -> str:
    cause = getattr(fault, "orig", None) or fault
    return " ".join(str(cause).split())[:300] or type(cause).__name__
