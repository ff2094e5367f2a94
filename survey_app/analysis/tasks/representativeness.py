"""The task `representativeness`: R-indicators of response."""

from sampling.estimation.representativity import r_indicator
from survey_app.analysis.answer import Answer, answer
from survey_app.analysis.faults import Faults
from survey_app.analysis.rows.columns import Request
from survey_app.analysis.rows.source import Source, by_route, complete_flags, complete_levels, level_requests
from survey_app.analysis.specification.contents import RepresentativenessTask
from survey_app.analysis.tasks.weighting import design_requests, sampled_units


def representativeness(spec: RepresentativenessTask, source: Source, faults: Faults) -> Answer:
    """R, its parts and its adjustment, for the response of all sampled units."""
    requests = [
        Request(spec.response, "number", "response"),
        *design_requests(spec.as_design(), ""),
        *level_requests(spec.model, "model"),
    ]
    read = source.main(spec.data, requests, faults)
    if read is None:
        faults.refuse()
    routes = by_route(read, spec.route, "route", faults)
    data = routes.drawn
    responded = complete_flags(data, spec.response, "response", faults)
    variables = {name: complete_levels(data, name, "model", faults) for name in spec.model}
    weights = sampled_units(data, spec.as_design(), "", faults).weights
    faults.stop()
    with faults.caught("model"):
        indicator = r_indicator(
            responded, weights, {name: level.coded.text for name, level in variables.items()}
        )
    faults.stop()
    values: dict[str, object] = {
        "R": indicator.r,
        "S": indicator.s,
        "cv": indicator.cv,
        "mean_propensity": indicator.mean_propensity,
        "R_adjusted": indicator.r_adjusted,
        "response_rate": indicator.response_rate,
        "partial": [
            {
                "variable": part.variable,
                "value": part.value,
                "levels": [{"level": level, "value": value} for level, value in part.levels.items()],
            }
            for part in indicator.partial
        ],
    }
    if spec.route is not None:
        values["apart"] = [{"route": route, "n": rows.rows} for route, rows in routes.apart.items()]
    return answer("representativeness", values, messages=routes.messages)
