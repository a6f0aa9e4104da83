"""What a person sees when a page fails: the refusal in words, or a number that finds the fault in the log."""

from __future__ import annotations

import secrets

import streamlit as st

from flows.desk import LogEvent, logs
from scheduler.errors import NeurolistError


def show_fault(fault: Exception) -> bool:
    """Show a fault in our own words and keep Streamlit's box, with its links to the outside, away."""
    st.error(str(fault) if isinstance(fault, NeurolistError) else unexpected(fault))
    return True


def unexpected(fault: Exception) -> str:
    """Log where a fault of ours happened, without its text, which might name a person; give the sentence to show."""
    number = secrets.token_hex(3)
    logs.tell(LogEvent.FAULT, number=number, fault=fault)
    return (
        f"Something went wrong inside Neurolist, and nothing was half saved. Load the page again; if it stays, tell "
        f"your administrator the fault number {number}."
    )
