"""The sections of the briefing, one file each: a function from the look at the ledger to a section, or None."""
