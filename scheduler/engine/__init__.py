"""How a plan is found: columns for the bound and the choice of lists, quick moves of cases, CP-SAT for exact parts."""

from scheduler.engine.run import EngineFaultError, NoPlanError, Progress
from scheduler.engine.solving import solve

__all__ = ["EngineFaultError", "NoPlanError", "Progress", "solve"]
