"""What Pamoja decides: what is due, whether it may go, who is told next. Pure rules and one loop over ports."""
