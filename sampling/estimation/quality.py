"""How good the collection was: response rates by the definitions of AAPOR."""

from dataclasses import asdict, dataclass

from sampling.errors import SamplingError


@dataclass(frozen=True)
class ResponseRates:
    """The rates of AAPOR by name (RR1-6, COOP1-4, REF1-3, CON1-3), and the eligibility they assume.

    A rate with nothing in its denominator is None. `e` is the share of cases of unknown eligibility counted
    as eligible, and `e_method` how it was come by.
    """

    rates: dict[str, float | None]
    e: float
    e_method: str


@dataclass(frozen=True, kw_only=True)
class OutcomeCounts:
    """Cases by outcome, weighted or not.

    I: complete. P: partial. R: refusal and break-off. NC: non-contact. O: other, eligible.
    UH: unknown whether eligible. UO: unknown, other.

    Raises:
        SamplingError: a count is negative or not finite.
    """

    I: float = 0.0  # noqa: E741 - the letters are AAPOR's own
    P: float = 0.0
    R: float = 0.0
    NC: float = 0.0
    O: float = 0.0  # noqa: E741
    UH: float = 0.0
    UO: float = 0.0

    def __post_init__(self) -> None:
        faults = [name for name, count in asdict(self).items() if not 0 <= count < float("inf")]
        if faults:
            raise SamplingError(f"counts {', '.join(faults)}: every one must be finite and 0 or more")


def response_rates(counts: OutcomeCounts, *, e: float, e_method: str = "stated") -> ResponseRates:
    """Outcome rates from counts of cases.

    Args:
        e: share of the unknown cases that is eligible, within 0 to 1; it must be stated.
        e_method: how `e` was come by, to be published with it.

    Raises:
        SamplingError: e is outside 0 to 1.

    Source:
        AAPOR (2023), Standard Definitions, 10th edn.
    """
    if not 0 <= e <= 1:
        raise SamplingError(f"e = {e} is outside 0 to 1")
    complete, usable = counts.I, counts.I + counts.P
    met, unknown = usable + counts.R + counts.O, counts.UH + counts.UO
    known = met + counts.NC
    parts = {
        **_response(complete, usable, known, unknown, e),
        **_cooperation(complete, usable, met, usable + counts.R),
        **_by_unknown("REF", counts.R, known, unknown, e),
        **_by_unknown("CON", met, known, unknown, e),
    }
    return ResponseRates(parts, e, e_method)


def _share(top: float, bottom: float) -> float | None:
    return top / bottom if bottom > 0 else None


def _response(
    complete: float, usable: float, known: float, unknown: float, e: float
) -> dict[str, float | None]:
    bases = (known + unknown, known + e * unknown, known)
    tops = (complete, usable)
    return {
        f"RR{1 + 2 * i + j}": _share(top, base) for i, base in enumerate(bases) for j, top in enumerate(tops)
    }


def _cooperation(complete: float, usable: float, met: float, able: float) -> dict[str, float | None]:
    """COOP1 and 2 among all contacted, COOP3 and 4 without those unable to take part."""
    return {
        "COOP1": _share(complete, met),
        "COOP2": _share(usable, met),
        "COOP3": _share(complete, able),
        "COOP4": _share(usable, able),
    }


def _by_unknown(name: str, top: float, known: float, unknown: float, e: float) -> dict[str, float | None]:
    """The first, second and third form: all, e of and none of the cases of unknown eligibility count."""
    bases = (known + unknown, known + e * unknown, known)
    return {f"{name}{i}": _share(top, base) for i, base in enumerate(bases, start=1)}
