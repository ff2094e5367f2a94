"""The process that keeps time: APScheduler wakes what it is given, and knows nothing else.

There is no job store: the database remembers what is due, so a worker that was down
catches up, and any number of workers do each thing once.
"""

from collections.abc import Callable
from threading import Event

from apscheduler.schedulers.background import BackgroundScheduler

# Seconds. So long may whoever told it to end wait.
LOOKS_APART = 0.2


def wake_every(seconds: int, wake: Callable[[], None], *, until: Callable[[], bool]) -> None:
    """Call `wake` every `seconds`; once `until` says so, end after the call in hand.

    `until` is looked at now and then, so that a signal handler has nothing to do but to leave a mark.
    One that shut the scheduler down took a lock that the interrupted thread may hold, and waited for ever.
    """
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(
        wake, "interval", seconds=seconds, coalesce=True, max_instances=1, misfire_grace_time=None
    )
    scheduler.start()
    nobody = Event()
    while not until():
        nobody.wait(LOOKS_APART)
    scheduler.shutdown(wait=True)
