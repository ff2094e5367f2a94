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

SURE, AGAIN = "sure", "said_again"
_OWN = {"csrf_token", SURE, AGAIN}


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


def asks_first(describe: Describe, *, again: Callable[..., str] = _nothing) -> Callable[[View], View]:
    """Show what will be done, and do it when the answer comes back; then it is not worked out once more.

    Args:
        again: from the view's own arguments what has to be typed once more because it is unusual, as a year
            far away; empty for nothing.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def asked(*args: Any, **kwargs: Any) -> ResponseReturnValue:
            typed, sure = request.form.get(AGAIN, "").strip(), bool(request.form.get(SURE))
            unusual = again(*args, **kwargs)
            if sure and (not unusual or typed == unusual):
                return view(*args, **kwargs)
            intent = describe(*args, **kwargs)
            if intent is None:
                return view(*args, **kwargs)
            carried = [(name, text) for name, text in request.form.items(multi=True) if name not in _OWN]
            shown = {"intent": intent, "carried": carried, "again": unusual, "typed": typed, "wrong": sure}
            return render_template("staff/confirm.html", **shown, here=request.path), 422 if sure else 200

        asked.asks_first = True  # type: ignore[attr-defined]
        return asked

    return guard
