"""Applications: what people who want to take part send to a call."""
