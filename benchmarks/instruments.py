"""How fast a long questionnaire is read, checked and walked, and how that grows with its length.

Aims: 150 questions with 60 routes are read and checked in 200 ms, and the next page is told in 1 ms.
"""

import time
from collections.abc import Callable

from instruments.answering.answers import Answer
from instruments.answering.routing import next_question
from instruments.checking.checker import Source, check
from instruments.language.document import read_document
from instruments.language.questionnaire import parse
from instruments.schema import Questionnaire, State

LENGTHS = (50, 150, 450)
A_SECTION = 10
FACTS = {"agreement": "Compact", "organisation": "Hull Aid", "sector": "vco", "region": "London"}
OPTIONS = ("always", "mostly", "sometimes", "never")
HEAD = """\
schema: 1
name: long
version: 1
title: A long questionnaire about the {agreement}
audience: vco
estimated_minutes: 60
sections:
"""


def document(questions: int) -> str:
    """A file of so many questions, two of five under a condition, and every twentieth with a check."""
    lines = [HEAD]
    for place in range(questions):
        if place % A_SECTION == 0:
            number = place // A_SECTION
            lines.append(f"  - id: section-{number}\n    title: Section {number}\n    questions:\n")
        lines.append(_question(place))
    return "".join(lines)


def _question(place: int) -> str:
    kind = ("yes_no", "single_choice", "rating", "count", "multi_choice")[place % 5]
    fields = [
        f"id: q{place}",
        f"kind: {kind}",
        "text: In the last 12 months, how often did this happen to your organisation?",
        "hint: Your best guess is fine. Think of all that happened, here and elsewhere.",
        f"short: What happened {place}",
        "statistic: " + ("mean" if kind in ("rating", "count") else "proportion"),
        "measured: Share or average, of those who gave an answer",
        "dont_know: true",
    ]
    if kind in ("single_choice", "multi_choice"):
        fields.append("options:")
        fields += [f"  - {{value: {value}, label: {value.title()}}}" for value in OPTIONS]
    if kind == "single_choice":
        fields.append("counts_as: [always, mostly]")
    fields += _rules(place)
    return "".join(
        ("      - " if number == 0 else "        ") + field + "\n" for number, field in enumerate(fields)
    )


def _rules(place: int) -> list[str]:
    """A condition on the question asked five before, and with it on all that led there, up to six deep."""
    if place % 30 >= 5 and place % 5 in (0, 1):
        value = '"yes"' if place % 5 == 0 else "always, mostly"
        named = f"{{item: q{place - 5}, is: [{value}]}}"
        either = f"{{any: [{named}, {{fact: region, is: [London]}}]}}"
        return [f"ask_if: {named if place % 5 == 0 else either}"]
    if place % 10 == 4:
        return [f"ask_if: {{item: q{place - 1}, at_least: 2}}"]
    if place % 20 == 3:
        return ["maximum: 500", f"checks: [{{sum_of: [q{place}], at_most: 400, soft: true}}]"]
    return []


def answers(questionnaire: Questionnaire) -> dict[str, Answer]:
    """An answer to every question, which keeps every route open."""
    values = {"yes_no": "yes", "single_choice": "always", "rating": 8, "count": 3}
    return {
        question.item: Answer(State.ANSWERED, values.get(question.kind, ("always", "never")))
        for question in questionnaire.questions
    }


def milliseconds(work: Callable[[], object], *, repeats: int) -> float:
    """Time of the processor, the best of the repeats: what else the machine does is left out of it."""
    taken = []
    for _ in range(repeats):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken) * 1_000


def measure(questions: int) -> dict[str, float]:
    """Milliseconds for each kind of work on a questionnaire of this length."""
    text = document(questions)
    questionnaire = parse(text)
    given = answers(questionnaire)
    last = questionnaire.questions[-2].id
    return {
        "read the YAML": milliseconds(lambda: read_document(text), repeats=15),
        "parse": milliseconds(lambda: parse(text), repeats=15),
        "parse and check": milliseconds(lambda: check([Source("long.yaml", text)]), repeats=15),
        "next page": milliseconds(
            lambda: next_question(questionnaire, given, FACTS, after=last), repeats=400
        ),
    }


def main() -> None:
    """Print a table, in milliseconds."""
    timings = {questions: measure(questions) for questions in LENGTHS}
    for questions in LENGTHS:
        questionnaire = parse(document(questions))
        routes = sum(question.ask_if is not None for question in questionnaire.questions)
        size = len(document(questions).encode())
        print(f"{questions} questions: {routes} routes, {size:,} bytes")
    print(f"{'milliseconds, best':22}" + "".join(f"{questions:>9}" for questions in LENGTHS))
    for work in timings[LENGTHS[0]]:
        print(f"{work:22}" + "".join(f"{timings[questions][work]:9.2f}" for questions in LENGTHS))


if __name__ == "__main__":
    main()
