"""The briefing for investors and council: one value, set as PDF, as HTML page and as data package."""
