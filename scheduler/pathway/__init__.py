"""The pathway of a case: which step may follow which, when, and what must be true first."""
