"""The process that keeps time: APScheduler wakes what it is given, and knows nothing else.

There is no job store: the database remembers what is due, so a worker that was down
catches up, and any number of workers do each thing once.
"""

from collections.abc import Callable

from apscheduler.schedulers.blocking import BlockingScheduler


def wake_every(seconds: int, wake: Callable[[], None]) -> BlockingScheduler:
    """A scheduler, not yet started, that calls `wake` now and then every `seconds`.

    `start()` blocks; `shutdown()` from a signal handler ends it after the call in hand.
    """
    scheduler = BlockingScheduler(timezone="UTC")
    scheduler.add_job(
        wake, "interval", seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    return scheduler
