"""How the service watches itself: health, metrics, doctor, alarms, and the watchdog that looks from outside."""
