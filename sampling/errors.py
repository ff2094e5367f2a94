"""What can go wrong with a sample: every fault says what happened, with the facts as attributes."""


class SamplingError(Exception):
    """The data or the request cannot be answered as a statistician would defend it."""
