"""The district programme: ledger, indicators, comparison, outside view, scenario, briefing."""
