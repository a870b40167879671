"""The clinic of the tests of ``apply``, to which registers are brought."""

from tests.integration.apply.conftest import clinic

__all__ = ["clinic"]
