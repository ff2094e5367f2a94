"""`compact analyse`: the analyst's command, which needs no database."""

from survey_app.analysis.command import analyse_command

__all__ = ["analyse_command"]
