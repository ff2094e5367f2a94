"""The analyst's command: one YAML specification and one CSV in, one JSON answer out; no database, no web."""
