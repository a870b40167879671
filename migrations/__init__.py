"""The database's history, as Alembic migrations; ``service.migrate`` runs them, ``migrations.check`` proves them."""
