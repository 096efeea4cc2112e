"""Juries, made by the verbs that people use, each at the instant at which they would have used it."""
