"""Backups: made, kept for a while, restored, and tried, on both engines."""
