"""Whether conditions can hold together: a search for answers and facts that make them true.

The search follows Kleene's logic of `instruments.answering.logic` for a questionnaire that is answered to its
end: a comparison with an item off the route is false. It is exact for choices, ratings, numbers
and facts; a number that is computed from others is taken to be able to be anything. Where a search takes
too long, the conditions are taken to be possible, so that nothing is called impossible that is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from instruments.answering.routing import MODE
from instruments.facts import CLOSED
from instruments.kinds.kind import ANSWERED
from instruments.kinds.table import kind_of
from instruments.rules import All, AnyOf, Comparison, Condition, Holds, Not, Relation
from instruments.schema import Audience, Question, Questionnaire

MAX_STEPS = 5_000
"""Steps of one search; a questionnaire of 150 questions takes a few hundred at most."""

Goal = tuple[Condition, bool]


@dataclass(frozen=True)
class Domain:
    """What an answer can still be.

    `values` are the options, or for numbers and texts the word "answered"; `passes` the ways to pass.
    A number lies between `low` and `high`; of a multiple choice one of each of `needs` is chosen.
    """

    values: frozenset[str]
    passes: frozenset[str]
    low: int | None = None
    high: int | None = None
    needs: tuple[frozenset[str], ...] = ()
    alone: frozenset[str] = frozenset()

    @property
    def is_empty(self) -> bool:
        return not self.passes and not self._can_be_answered

    @property
    def _can_be_answered(self) -> bool:
        if self.low is not None and self.high is not None and self.low > self.high:
            return False
        together = self.values - self.alone
        return bool(self.values) and (
            all(need & together for need in self.needs)
            or any(all(one in need for need in self.needs) for one in self.values & self.alone)
        )


@dataclass
class _State:
    """One attempt: what is decided so far of items, their being on the route, and facts."""

    domains: dict[str, Domain] = field(default_factory=dict)
    on_route: dict[str, bool] = field(default_factory=dict)
    facts: dict[str, frozenset[str]] = field(default_factory=dict)
    not_facts: dict[str, frozenset[str]] = field(default_factory=dict)

    def copy(self) -> "_State":
        return _State(dict(self.domains), dict(self.on_route), dict(self.facts), dict(self.not_facts))


class Possible:
    """Searches over one questionnaire."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self._questionnaire = questionnaire
        expected = {question.item: question for question in questionnaire.expects}
        self._items: Mapping[str, Question] = {**expected, **questionnaire.items}
        self._routes = dict(_routes(questionnaire))
        self._domains: dict[str, Domain] = {}
        self._facts = _facts_of(frozenset(questionnaire.audiences))

    def can(self, *goals: Goal) -> bool:
        """Whether all goals can be met at once: each a condition, and whether it shall hold."""
        attempts: list[tuple[tuple[Goal, ...], _State]] = [(goals, _State(facts=dict(self._facts)))]
        for _ in range(MAX_STEPS):
            if not attempts:
                return False
            waiting, state = attempts.pop()
            if not waiting:
                return True
            attempts += self._step(waiting[0], waiting[1:], state)
        return True

    def can_be_asked(self, *items: str) -> bool:
        """Whether there is a route with all these items on it."""
        return self.can(*((self._routes[item], True) for item in items if item in self._routes))

    def _step(
        self, goal: Goal, rest: tuple[Goal, ...], state: _State
    ) -> Iterable[tuple[tuple[Goal, ...], _State]]:
        """The attempts that one goal leads to; none where it cannot be met."""
        condition, wanted = goal
        if isinstance(condition, Not):
            return [(((condition.part, not wanted), *rest), state)]
        if isinstance(condition, All | AnyOf):
            parts = [(part, wanted) for part in condition.parts]
            if isinstance(condition, All) is wanted:
                return [((*parts, *rest), state)]
            return [((part, *rest), state.copy()) for part in reversed(parts)]
        if condition.of_fact:
            return [(rest, state)] if _narrow_fact(condition, wanted, state) else []
        return self._compare(condition, wanted, rest, state)

    def _compare(
        self, comparison: Comparison, wanted: bool, rest: tuple[Goal, ...], state: _State
    ) -> Iterable[tuple[tuple[Goal, ...], _State]]:
        value = self._questionnaire.computed.get(comparison.subject)
        if value is not None:
            if not isinstance(value.formula, Holds):
                return [(rest, state)]
            return _held(value.formula.condition, comparison, wanted, rest, state)
        question = self._items.get(comparison.subject)
        if question is None:
            return [(rest, state)]
        off_route = not wanted and self._can_be_off(comparison.subject, state)
        on_route = self._narrow(question, comparison, wanted, state)
        if off_route and on_route is not None:
            # Two ways to go on: only then is a state needed for each.
            other = state.copy()
            return [self._off(question.item, rest, other), self._on(question.item, on_route, rest, state)]
        if off_route:
            return [self._off(question.item, rest, state)]
        return [] if on_route is None else [self._on(question.item, on_route, rest, state)]

    def _domain(self, question: Question) -> Domain:
        if question.item not in self._domains:
            self._domains[question.item] = domain_of(question)
        return self._domains[question.item]

    def _can_be_off(self, item: str, state: _State) -> bool:
        return item in self._routes and state.on_route.get(item) is not True

    def _off(self, item: str, rest: tuple[Goal, ...], state: _State) -> tuple[tuple[Goal, ...], _State]:
        known = item in state.on_route
        state.on_route[item] = False
        return (rest if known else ((self._routes[item], False), *rest)), state

    def _narrow(
        self, question: Question, comparison: Comparison, wanted: bool, state: _State
    ) -> Domain | None:
        """What the answer can still be if the item is on the route; None where that cannot be."""
        if state.on_route.get(question.item) is False:
            return None
        before = state.domains.get(question.item) or self._domain(question)
        narrowed = _narrowed(before, comparison, wanted)
        return None if narrowed.is_empty else narrowed

    def _on(
        self, item: str, domain: Domain, rest: tuple[Goal, ...], state: _State
    ) -> tuple[tuple[Goal, ...], _State]:
        known = item in state.on_route or item not in self._routes
        state.on_route[item] = True
        state.domains[item] = domain
        return (rest if known else ((self._routes[item], True), *rest)), state


def _facts_of(sectors: frozenset[str]) -> dict[str, frozenset[str]]:
    """What the closed facts of those who are asked can be; a VCO is no kind of body, a body has no band."""
    of_other = {"body_type": frozenset({""})} if sectors == {Audience.VCO} else {}
    bands = frozenset(() if sectors == {Audience.PUBLIC_BODY} else CLOSED["income_band"])
    no_band = frozenset({""} if Audience.PUBLIC_BODY in sectors else ())
    regions = frozenset(CLOSED["region"])
    return {"sector": sectors, "region": regions, "income_band": bands | no_band, **of_other}


def _routes(questionnaire: Questionnaire) -> Iterable[tuple[str, Condition]]:
    """The whole condition under which each item is asked, for those that have one."""
    for section in questionnaire.sections:
        for question in section.questions:
            parts = [one for one in (section.ask_if, question.ask_if) if one is not None]
            if question.modes and set(question.modes) != set(questionnaire.modes):
                parts.append(Comparison(MODE, Relation.IS, of_fact=True, values=tuple(question.modes)))
            if parts:
                yield question.item, parts[0] if len(parts) == 1 else All(tuple(parts))


def _held(
    condition: Condition, comparison: Comparison, wanted: bool, rest: tuple[Goal, ...], state: _State
) -> Iterable[tuple[tuple[Goal, ...], _State]]:
    """A comparison with a value that says whether a condition holds, which it always does or does not."""
    if comparison.relation is Relation.ANSWERED:
        return [(rest, state)] if wanted else []
    held = [said == "yes" for said in ("yes", "no") if (said in comparison.values) is wanted]
    return [(((condition, one), *rest), state.copy()) for one in held]


def domain_of(question: Question) -> Domain:
    """Everything that the answer to a question can be."""
    passes = frozenset(escape.value for escape in question.escapes)
    values = kind_of(question).values(question)
    alone = frozenset(option.value for option in question.options if option.exclusive)
    return Domain(values, passes, question.minimum, question.maximum, alone=alone)


def _narrow_fact(comparison: Comparison, wanted: bool, state: _State) -> bool:
    """Take a fact into the attempt; False where it cannot be so."""
    name, values = comparison.subject, frozenset(comparison.values)
    allowed, refused = state.facts.get(name), state.not_facts.get(name, frozenset())
    if wanted:
        allowed = values if allowed is None else allowed & values
        state.facts[name] = allowed
    else:
        refused = refused | values
        state.not_facts[name] = refused
    return allowed is None or bool(allowed - refused)


def _narrowed(domain: Domain, comparison: Comparison, wanted: bool) -> Domain:
    """What an answer on the route can be if the comparison with it shall hold, or shall not."""
    match comparison.relation:
        case Relation.IS:
            named = frozenset(comparison.values)
            if wanted:
                return replace(domain, values=domain.values & named, passes=domain.passes & named)
            return replace(domain, values=domain.values - named, passes=domain.passes - named)
        case Relation.ANSWERED:
            gone = {"passes" if wanted else "values": frozenset[str]()}
            return replace(domain, **gone)  # type: ignore[arg-type]
        case Relation.INCLUDES:
            return _including(domain, frozenset(comparison.values), wanted)
        case _:
            return _limited(domain, comparison, wanted)


def _including(domain: Domain, named: frozenset[str], wanted: bool) -> Domain:
    if wanted:
        return replace(domain, passes=frozenset(), needs=(*domain.needs, named))
    return replace(domain, values=domain.values - named)


def _limited(domain: Domain, comparison: Comparison, wanted: bool) -> Domain:
    """A number on one side of a limit; whoever passes is on neither, so the opposite holds for them."""
    at_least = comparison.relation is Relation.AT_LEAST
    passes = frozenset[str]() if wanted else domain.passes
    upward = at_least is wanted
    limit = comparison.number if wanted else comparison.number + (-1 if at_least else 1)
    if domain.values != ANSWERED:
        points = {v for v in domain.values if (int(v) >= limit if upward else int(v) <= limit)}
        return replace(domain, values=frozenset(points), passes=passes)
    if upward:
        low = limit if domain.low is None else max(domain.low, limit)
        return _open(replace(domain, low=low, passes=passes))
    high = limit if domain.high is None else min(domain.high, limit)
    return _open(replace(domain, high=high, passes=passes))


def _open(domain: Domain) -> Domain:
    """A domain whose interval is empty can only be passed."""
    if domain.low is not None and domain.high is not None and domain.low > domain.high:
        return replace(domain, values=frozenset())
    return domain
