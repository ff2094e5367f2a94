"""A plan's choices, stored as a document and read again."""

import json
from dataclasses import replace

import pytest

from survey_app.errors import InvalidError
from survey_app.services.panels.plan import PanelPlan, PlanTarget, from_document, to_document

PLAN = PanelPlan(voluntary_total=300, minimum=5)
FULL = PanelPlan(
    voluntary_total=310,
    minimum=2,
    method="power",
    power=0.3,
    maximum=90,
    fixed={"vco | North East | 0": 33},
    by=("region", "band", "rural"),
    min_pop_size=7,
    boosts={"small": 150},
    targets=(),
    rotation_share=0.25,
    holiday=2,
    term=4,
    reserve_share=0.1,
    minutes=20,
    pence=300,
)


@pytest.mark.parametrize("plan", [PLAN, FULL, replace(PLAN, targets=(PlanTarget("small", 0.1, 0.3),))])
def test_a_plan_comes_back_from_its_document_as_it_was(plan: PanelPlan) -> None:
    assert from_document(json.loads(json.dumps(to_document(plan)))) == plan


def test_a_document_of_before_is_read_under_the_names_of_today() -> None:
    before = {
        "schema": 1,
        "cap": 90,
        "least": 7,
        "boosts": {"led": 100, "small": 150},
        "by": ["region", "led"],
        "targets": [{"domain": "led", "half_width": 0.1, "share": 0.5}],
        "rotation_share": 0.25,
    }

    assert from_document(before) == PanelPlan(
        maximum=90,
        min_pop_size=7,
        boosts={"bme_led": 100, "small": 150},
        by=("region", "bme_led"),
        targets=(PlanTarget("bme_led", 0.1),),
        rotation_share=0.25,
        public_bodies=True,
    )
    assert from_document({"cap": 12}) == PanelPlan(
        maximum=12, rotation_share=0.0, holiday=0, public_bodies=True
    )


def test_a_document_of_a_newer_program_or_of_nobody_is_refused() -> None:
    with pytest.raises(InvalidError, match="newer program"):
        from_document({"schema": 99})
    with pytest.raises(InvalidError, match="not what this program writes"):
        from_document({"schema": 1, "targets": [{"colour": "red"}]})
