"""Fields of text, shown again without what no page can hold."""

import wtforms

from instruments.kinds.values import clean


class PlainField(wtforms.StringField):
    """One line of text."""

    def _value(self) -> str:
        return clean(str(self.data or ""))


class PlainArea(wtforms.TextAreaField):
    """Lines of text."""

    def _value(self) -> str:
        return clean(str(self.data or ""))
