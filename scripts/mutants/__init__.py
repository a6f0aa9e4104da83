"""Small faults put into the rules, the diary and the audit, one at a time, to see that a test notices each.

Our own rather than mutmut, which leaves decorated functions alone (most of the diary) and never takes a whole statement
out (a constraint that is not posted), and which starts pytest once for each mutant.
"""
