"""Evaluations: who scores the applications of a call, blind until they have given their own."""
