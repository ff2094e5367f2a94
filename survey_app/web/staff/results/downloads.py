"""A file as the browser stores it."""

from flask import make_response
from flask.typing import ResponseReturnValue

from survey_app.services.stored_files import FileContent


def downloaded(file: FileContent) -> ResponseReturnValue:
    """The answer that lets the browser keep a file under its name."""
    answer = make_response(file.content)
    answer.headers["Content-Type"] = file.media_type
    answer.headers.set("Content-Disposition", "attachment", filename=file.name)
    return answer
