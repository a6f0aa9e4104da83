"""Columns: a list, who does it and the cases on it, chosen together; they give the proven bound and a first plan."""
