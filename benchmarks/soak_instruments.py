"""A long search for what breaks the language of questionnaires, or makes the sentences of a summary untrue.

The fuzz tests of both, each with many more examples.

    ./run soak soak_instruments [--times 20]

What it finds is printed as a failed test with the smallest example, and belongs into the tests as a case of
its own.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Sequence

SEARCH = ("tests/unit/instruments/checking/test_fuzz.py", "tests/unit/reports/test_statements_hold.py")


def main(arguments: Sequence[str] | None = None) -> int:
    return searched(SEARCH, "The fuzz tests of the language and of a summary, for long.", arguments)


def searched(tests: str | Sequence[str], description: str, arguments: Sequence[str] | None = None) -> int:
    """Run tests that search with so many times their own examples; their exit status."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--times", type=int, default=20, help="examples, as a multiple of the tests' own")
    asked = parser.parse_args(arguments)
    environment = os.environ | {"FUZZ_TIMES": str(asked.times)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *((tests,) if isinstance(tests, str) else tests)],
        env=environment,
        check=False,
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
