"""Runs the revisions on the connection that `upgrade` hands over."""

from alembic import context

from survey_app.models.all_tables import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    user_module_prefix="",
)
with context.begin_transaction():
    context.run_migrations()
