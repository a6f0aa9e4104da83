"""How a plan is found: CP-SAT on parts of the problem, a linear relaxation for the bound and for guidance."""

from scheduler.engine.run import EngineFaultError, NoPlanError, Progress
from scheduler.engine.solving import solve

__all__ = ["EngineFaultError", "NoPlanError", "Progress", "solve"]
