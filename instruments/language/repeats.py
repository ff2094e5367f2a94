"""Reading `repeat`: what a question or section is asked once for each of."""

from instruments.answering.repeats import AGREEMENTS, THE_AGREEMENT
from instruments.errors import UnknownIndicatorError
from instruments.indicators.catalogue import shipped_catalogue
from instruments.kinds.table import kind_of
from instruments.language.context import Context
from instruments.language.fields import Fields
from instruments.schema import Option, Repeat


def read_repeat(fields: Fields, context: Context) -> Repeat | None:
    """The repeat of a question or section, or None where there is none, or after a fault."""
    node = fields.take("repeat")
    if node is None:
        return None
    given = Fields(node, context.faults)
    if context.each:
        given.fault("this is inside a section that is repeated already: repeat one of them")
    repeat = _read(given, context)
    given.finish()
    return repeat


def _read(given: Fields, context: Context) -> Repeat | None:
    ways = [way for way in ("item", "codes", "list") if way in given]
    if len(ways) != 1:
        given.fault("repeat over one of: item (an earlier multiple choice), codes (a code list), list")
        return None
    named = given.text(ways[0])
    if ways[0] == "item":
        return _over_item(given, named, context)
    if ways[0] == "codes":
        return _over_codes(given, named)
    if named != AGREEMENTS:
        given.fault(f"{named!r} is not a list: the one that is known is {AGREEMENTS}")
        return None
    return Repeat(source=AGREEMENTS, options=THE_AGREEMENT)


def _over_item(given: Fields, item: str, context: Context) -> Repeat | None:
    question = context.earlier.get(item)
    if question is None or not kind_of(question).several or not question.required:
        given.fault(f"{item!r} is not an earlier, required multiple choice: repeat over one")
        return None
    if all(option.exclusive for option in question.options):
        given.fault(f"every option of {item!r} is exclusive, so none can be asked about: give it others")
    return Repeat(item=item)


def _over_codes(given: Fields, name: str) -> Repeat | None:
    try:
        codes = shipped_catalogue().codes(name)
    except UnknownIndicatorError:
        given.fault(f"the catalogue has no code list {name!r}: use one that it has")
        return None
    return Repeat(source=name, options=tuple(Option(code.value, code.label) for code in codes))
