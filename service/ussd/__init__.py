"""The USSD hop, from the gateway's form to the committed reply: load, answer, save, in groups."""
