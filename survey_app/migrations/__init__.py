"""The history of the tables: Alembic revisions, applied by `survey_app.services.installation.upgrade`."""
