"""Referral files come in here: read, checked and refused or handed on, without a database."""
