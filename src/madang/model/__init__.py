"""Frozen values that every part of madang shares."""
