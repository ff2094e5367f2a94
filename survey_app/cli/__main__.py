"""`python -m survey_app.cli` is `compact`."""

from survey_app.cli.main import compact

compact(prog_name="compact")
