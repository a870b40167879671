"""The store's database, for reports."""

from tests.integration.store.conftest import store_database

__all__ = ["store_database"]
