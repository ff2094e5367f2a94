"""Questions answered in the respondent's own words."""

from typing import ClassVar

from instruments.errors import AnswerFault
from instruments.kinds.kind import AnswerKind
from instruments.kinds.values import Parts, clean
from instruments.schema import Question


class LongText(AnswerKind[str]):
    """Words on several lines; `usual_limit` is how many characters, unless the question says."""

    measure = "open_text"
    minutes = 2.0
    fields = frozenset({"limit"})
    usual_limit: ClassVar[int] = 4_000

    def read(self, question: Question, parts: Parts) -> str | None:
        text = self.folded(clean("\n".join(parts.get("answer", ()))))
        if not text.strip():
            return None
        limit = self.limit(question)
        if (over := len(text) - limit) > 0:
            characters = "character" if over == 1 else "characters"
            message = f"Your answer is {over:,} {characters} too long. It can have up to {limit:,}"
            raise AnswerFault(message)
        return text

    def limit(self, question: Question) -> int:
        """The most characters of an answer."""
        return question.limit or self.usual_limit

    def folded(self, text: str) -> str:
        """The text with the line breaks that it may have."""
        return text


class ShortText(LongText):
    """Words on one line."""

    minutes = 0.5
    usual_limit = 200

    def folded(self, text: str) -> str:
        return text.replace("\n", " ")
