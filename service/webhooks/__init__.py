"""What gateways post to us: the gate every request passes, reading forms, and one handler for each kind."""
