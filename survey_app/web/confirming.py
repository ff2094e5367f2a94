"""A page between a button and an act that cannot be undone: what will happen in numbers, and the way back.

A view that `asks_first` is called only with the answer of that page; what was sent to it before comes along,
so that nothing is chosen twice. Acts whose own page stands before their button need none of this:
`tests/guards/test_confirmations.py` lists both.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from survey_app.web.site import View

SURE, AGAIN, REASON = "sure", "said_again", "said_why"
MAX_REASON = 400
_OWN = {"csrf_token", SURE, AGAIN, REASON}


@dataclass(frozen=True, kw_only=True)
class Intent:
    """What somebody is about to do.

    `will` says what happens, in numbers; `undo` how it can be taken back, if at all.
    """

    title: str
    will: tuple[str, ...]
    undo: str
    button: str
    back: str


Describe = Callable[..., Intent | None]
"""From the view's own arguments what would be done; None where the view itself says what is wrong."""


def _nothing(*_args: Any, **_kwargs: Any) -> str:
    return ""


def reason() -> str:
    """The reason that was given on the page, for the audit trail."""
    return request.form.get(REASON, "").replace("\x00", "").strip()


def asks_first(
    describe: Describe, *, again: Callable[..., str] = _nothing, asks_why: str = ""
) -> Callable[[View], View]:
    """Show what will be done, and do it when the answer comes back; then it is not worked out once more.

    Args:
        again: from the view's own arguments what has to be typed once more because it is unusual, as a year
            far away; empty for nothing.
        asks_why: the question whose answer is the reason, which the view takes from `reason`; empty for none.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def asked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            typed, sure = request.form.get(AGAIN, "").strip(), bool(request.form.get(SURE))
            unusual, wrong = again(*args, **kwargs), _wrong(asks_why)
            if sure and not wrong and (not unusual or typed == unusual):
                return view(*args, **kwargs)
            intent = describe(*args, **kwargs)
            if intent is None:
                return view(*args, **kwargs)
            carried = [(name, text) for name, text in request.form.items(multi=True) if name not in _OWN]
            shown = {"intent": intent, "carried": carried, "again": unusual, "typed": typed, "wrong": sure}
            why = {"asks_why": asks_why, "why": reason(), "why_wrong": wrong if sure else ""}
            page = render_template("staff/confirm.html", **shown, **why, here=request.path)
            return page, 422 if sure else 200

        asked.asks_first = True  # type: ignore[attr-defined]
        return asked

    return guard


def _wrong(asks_why: str) -> str:
    """What is wrong with the reason that was given, if anything."""
    if not asks_why:
        return ""
    if len(reason()) > MAX_REASON:
        return f"Enter at most {MAX_REASON} characters"
    return "" if reason() else "Enter the reason"
