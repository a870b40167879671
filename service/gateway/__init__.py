"""Ways out for SMS, all behind one Protocol."""

from service.gateway.base import Balance, Gateway, Outcome, Receipt, is_e164

__all__ = ["Balance", "Gateway", "Outcome", "Receipt", "is_e164"]
