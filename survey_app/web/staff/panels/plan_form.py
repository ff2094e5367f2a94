"""The planner's form: what a coordinator may choose for a panel, read from the address."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DecimalField, SelectField
from wtforms.validators import InputRequired, Length, ValidationError

from scheduler.strands import WORDS as STRANDS
from scheduler.strands import Strand
from survey_app.clock import LAST_DAY
from survey_app.services.panels.basis import PanelRequest
from survey_app.services.panels.plan import PanelPlan, PlanTarget
from survey_app.services.panels.saved_plans import MAX_NAME_LENGTH
from survey_app.web.forms.fields import CountField, LineField, YearField

METHODS = {
    "proportional": "In proportion to their number: each has about the same chance",
    "power": "Between the two: more of the small strata than their number alone would give",
    "equal": "The same number from every stratum: best for comparing them",
}
ROTATIONS = {
    "0": "Nobody: the same organisations every year",
    "0.2": "A fifth: each is asked five years running",
    "0.25": "A quarter: four years running",
    "0.3333333333333333": "A third: three years running",
    "0.5": "Half: two years running",
    "1": "Everybody: one year only",
}
USUAL_ROTATION = "0.3333333333333333"
POINTS = 100
# What choices were called in addresses that people have kept.
RENAMED = {"cap": "maximum", "least": "min_pop_size", "boost_led": "boost_bme_led"}
AIMS = ("aim_vco", "aim_region", "aim_band", "aim_rural", "aim_small")
BOOSTS = ("boost_region", "boost_band", "boost_rural", "boost_small", "boost_bme_led")


class MaybeCount(CountField):
    """A whole number, or nothing."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        if valuelist and str(valuelist[0]).strip():
            super().process_formdata(valuelist)
        else:
            self.data = None


class Points(DecimalField):
    """Half the width of an interval in points, or nothing."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if not (valuelist and str(valuelist[0]).strip()):
            return
        try:
            points = Decimal(str(valuelist[0]).strip().lstrip("±"))
        except InvalidOperation:
            points = Decimal("NaN")
        # Some of what Decimal reads as no number cannot even be compared, as the page does later.
        if not points.is_finite():
            raise ValueError(f"{self.label.text}: enter points, like 5 or 2.5")
        self.data = points

    def pre_validate(self, form: Any) -> None:
        if self.data is not None and not 0 < self.data < POINTS / 2:
            raise ValidationError(f"{self.label.text}: enter points above 0 and below 50")


class PlanForm(FlaskForm):
    """How many voluntary organisations are asked, how they are shared out, and how the panel rotates."""

    strand = SelectField("Survey", choices={strand.value: words for strand, words in STRANDS.items()})
    public_bodies = BooleanField(
        "Ask every public body as well", description="The annual survey asks them all in any case"
    )
    year = YearField("Year", minimum=2000, maximum=LAST_DAY.year, description="The year of the survey")
    total = CountField(
        "Voluntary organisations to ask",
        minimum=1,
        maximum=1_000_000,
        description="Public bodies come on top, where they are asked",
    )
    minimum = CountField(
        "Fewest in a stratum",
        minimum=1,
        maximum=10_000,
        description="A stratum is a band of income in a region. Smaller strata are asked whole.",
    )
    maximum = MaybeCount(
        "Most in a stratum", minimum=1, maximum=1_000_000, description="Empty: as many as it has"
    )
    method = SelectField("How they are shared out among strata", choices=METHODS)
    aim_vco = Points("All voluntary organisations")
    aim_region = Points("Each region")
    aim_band = Points("Each band of income")
    aim_rural = Points("Rural organisations")
    aim_small = Points("Small organisations, income under £10,000")
    rotation = SelectField("Replaced each year", choices=ROTATIONS)
    holiday = MaybeCount(
        "Years of rest after leaving",
        minimum=0,
        maximum=20,
        description="Empty: as the installation's rule says",
    )
    term = MaybeCount(
        "Most years in a row, strictly",
        minimum=1,
        maximum=20,
        description="Better left empty: replacing a share each year ends everybody’s stay without it",
    )
    rural_apart = BooleanField("Rural organisations in strata of their own")
    min_pop_size = MaybeCount(
        "Join strata with fewer organisations than",
        minimum=0,
        maximum=10_000,
        description="They join the next band of income in their region. Empty: none is joined.",
    )
    boost_region = MaybeCount(
        "Each region, at least", minimum=1, maximum=100_000, description="Or all that there are"
    )
    boost_band = MaybeCount(
        "Each band of income, at least", minimum=1, maximum=100_000, description="Or all that there are"
    )
    boost_rural = MaybeCount("Rural, at least", minimum=1, maximum=100_000)
    boost_small = MaybeCount("Income under £10,000, at least", minimum=1, maximum=100_000)
    boost_bme_led = MaybeCount(
        "Minority-ethnic-led, at least",
        minimum=1,
        maximum=100_000,
        description="Only those whom a list names as such can be drawn for it",
    )
    reserve = MaybeCount(
        "Reserve, per cent of each stratum",
        minimum=1,
        maximum=300,
        description="Drawn now, asked only when somebody releases them. Empty: no reserve.",
    )
    minutes = MaybeCount(
        "Minutes to answer", minimum=1, maximum=600, description="Empty: as the questionnaire says"
    )
    cost = MaybeCount(
        "Cost of one case, in pounds", minimum=1, maximum=10_000, description="Empty: not counted"
    )

    def plan(self, groups: Sequence[str]) -> PanelPlan:
        """The choices as the services know them.

        Args:
            groups: the keys of the groups that the frame has, such as vco, region:London, band:0, rural.
        """
        return PanelPlan(
            voluntary_total=self.total.data or 0,
            minimum=self.minimum.data or 0,
            maximum=self.maximum.data,
            method=self.method.data,
            rotation_share=float(self.rotation.data),
            holiday=self.holiday.data,
            term=self.term.data,
            by=("region", "band", "rural") if self.rural_apart.data else ("region", "band"),
            min_pop_size=self.min_pop_size.data or 0,
            boosts=self._boosts(groups),
            targets=self._targets(groups),
            reserve_share=(self.reserve.data or 0) / 100,
            minutes=self.minutes.data,
            pence=(self.cost.data or 0) * 100,
            public_bodies=True if self.public_bodies.data else None,
        )

    def _boosts(self, groups: Sequence[str]) -> dict[str, int]:
        chosen = {name.removeprefix("boost_"): self[name].data for name in BOOSTS if self[name].data}
        each = {key: chosen[key.partition(":")[0]] for key in groups if key.partition(":")[0] in chosen}
        # A boost that the frame cannot give is told of, and not passed over.
        return {name: chosen[name] for name in ("rural", "small", "bme_led") if name in chosen} | each

    def _targets(self, groups: Sequence[str]) -> tuple[PlanTarget, ...]:
        aims = {name.removeprefix("aim_"): self[name].data for name in AIMS}
        wanted = {kind: float(points) / POINTS for kind, points in aims.items() if points is not None}
        return tuple(
            PlanTarget(key, wanted[key.partition(":")[0]])
            for key in groups
            if key.partition(":")[0] in wanted
        )

    @property
    def aims(self) -> bool:
        return any(self[name].data is not None for name in AIMS)

    @property
    def boosts(self) -> bool:
        return any(self[name].data for name in BOOSTS)


def no_choice() -> PlanForm:
    """The form for its labels alone."""
    return PlanForm(formdata=None, meta={"csrf": False})


def usual(year: int) -> dict[str, object]:
    """What the form holds before anybody has chosen."""
    plan = PanelPlan()
    return {
        "strand": Strand.ANNUAL_SURVEY.value,
        "year": year,
        "total": plan.voluntary_total,
        "minimum": plan.minimum,
        "method": plan.method,
        "rotation": USUAL_ROTATION,
    }


class NameForm(FlaskForm):
    """The name under which a plan is saved."""

    called = LineField(
        "Name of the plan",
        description="So that you find it again, like “Half of the small ones”",
        validators=[
            InputRequired("Give the plan a name"),
            Length(max=MAX_NAME_LENGTH, message=f"Name of the plan: at most {MAX_NAME_LENGTH} characters"),
        ],
    )


def chosen(form: PlanForm) -> dict[str, Any]:
    """What was chosen, as the address holds it; what was left empty is left out."""
    return {
        field.name: "y" if field.data is True else str(field.data)
        for field in form
        if field.data not in (None, False, "") and field.name != "csrf_token"
    }


def choices_of(request: PanelRequest) -> dict[str, Any]:
    """A panel that is asked for as the planner's address holds it, as far as the form has fields for it."""
    plan = request.plan
    widths: dict[str, float] = {}
    for target in plan.targets:
        widths.setdefault(target.domain.partition(":")[0], target.half_width)
    given: dict[str, object] = {
        "strand": request.strand.value,
        "public_bodies": "y" if request.public_bodies and not _always(request) else "",
        "year": request.year,
        "total": plan.voluntary_total,
        "minimum": plan.minimum,
        "maximum": plan.maximum,
        "method": plan.method,
        "rotation": next((key for key in ROTATIONS if float(key) == plan.rotation_share), ""),
        "holiday": plan.holiday,
        "term": plan.term,
        "rural_apart": "y" if "rural" in plan.by else "",
        "min_pop_size": plan.min_pop_size or "",
        "reserve": round(100 * plan.reserve_share) or "",
        "minutes": plan.minutes,
        "cost": plan.pence // 100 or "",
    }
    given |= {f"boost_{name.partition(':')[0]}": ask for name, ask in plan.boosts.items()}
    given |= {f"aim_{kind}": f"{POINTS * width:g}" for kind, width in widths.items()}
    return {name: str(value) for name, value in given.items() if value not in (None, "")}


def _always(request: PanelRequest) -> bool:
    """Whether public bodies are asked without anybody choosing it."""
    return replace(request, plan=replace(request.plan, public_bodies=None)).public_bodies


def can_be_opened(request: PanelRequest, groups: Sequence[str]) -> bool:
    """Whether the planner would plan just this from the address that `choices_of` makes.

    Args:
        groups: the groups that the plan's frame has; see `PlanForm.plan`.
    """
    form = PlanForm(formdata=MultiDict(choices_of(request)), meta={"csrf": False})
    if request.avoid is not None or not form.validate():
        return False
    made = replace(request, plan=form.plan(groups))
    if set(made.plan.targets) != set(request.plan.targets) or made.public_bodies != request.public_bodies:
        return False
    same = replace(made.plan, targets=request.plan.targets, public_bodies=request.plan.public_bodies)
    return same == request.plan


def in_todays_words(given: "MultiDict[str, str]") -> "MultiDict[str, str]":
    """An address that was kept, with the names that its choices had before they were renamed."""
    return MultiDict([(RENAMED.get(name, name), value) for name, value in given.items(multi=True)])
