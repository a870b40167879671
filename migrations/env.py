"""Alembic's entry: runs the migrations on the connection that ``service.migrate`` hands over."""

from alembic import context

from service.models import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=metadata, compare_type=True, compare_server_default=True
)
with context.begin_transaction():
    context.run_migrations()
