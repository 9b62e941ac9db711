"""Indicators: formulas over the ledger's facts and over the hub's live history, each with its reasons."""
