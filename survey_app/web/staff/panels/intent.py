"""What drawing a panel would do, said before it is drawn."""

from sampling.frame import Sector
from survey_app.services.panels.planner import PlanView
from survey_app.web.confirming import Intent


def intent_to_draw(view: PlanView, *, back: str) -> Intent:
    """Of a plan worked out."""
    year = view.request.year
    asked = {
        sector: sum(line.sample_size for line in view.lines if line.stratum.sector is sector)
        for sector in Sector
    }
    who = " and ".join(f"{count:,} {sector.words}" for sector, count in asked.items() if count) or "Nobody"
    return Intent(
        title=f"Draw the panel for {year}",
        will=(
            f"{who} are drawn for {year}, by their random numbers.",
            f"It is the panel of this strand for {year}: the rounds of {year} ask it.",
        ),
        undo="A panel is never changed. While no round asks it, it can be undrawn on its page.",
        button=f"Draw for {year}",
        back=back,
    )
