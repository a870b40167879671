"""The same small clinic, seen from the gateway's side."""

from tests.integration.apply.conftest import clinic

__all__ = ["clinic"]
