"""Contract suites, strategies and fakes for tests: ours and those of whoever writes a store, a connector or a pack."""
