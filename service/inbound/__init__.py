"""What comes in from a gateway besides USSD, free of any transport: texts, reports, opt-outs, missed calls."""
