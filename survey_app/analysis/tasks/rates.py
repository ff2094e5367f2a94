"""The task `rates`: outcome rates by the definitions of AAPOR."""

from dataclasses import asdict

from sampling.estimation.quality import OutcomeCounts, response_rates
from survey_app.analysis.answer import Answer, answer
from survey_app.analysis.faults import Faults
from survey_app.analysis.specification.contents import RatesTask


def rates(spec: RatesTask, faults: Faults) -> Answer:
    """All rates by name, and the share of unknown cases they count as eligible."""
    with faults.caught("counts"):
        outcome = response_rates(OutcomeCounts(**asdict(spec.counts)), e=spec.e, e_method=spec.e_method)
    faults.stop()
    return answer("rates", {**outcome.rates, "e": outcome.e, "e_method": outcome.e_method}, messages=())
