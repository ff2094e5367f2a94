"""A long search for a course of outages, moves, cadences and clocks that loses an event or doubles one.

    ./run soak outages [--times 20]

What it finds is printed as a failed test with the shortest course, and belongs into the tests as a case.
"""

import sys

from benchmarks.soak_instruments import searched

SEARCH = "tests/integration/cycle/test_outages.py"

if __name__ == "__main__":
    sys.exit(searched(SEARCH, "Courses of the cycle with outages, for long."))
