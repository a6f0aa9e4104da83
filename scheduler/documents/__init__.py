"""Problems and plans as JSON documents: read strictly, written plainly."""

from scheduler.documents.cases import read_case
from scheduler.documents.files import save
from scheduler.documents.plans import read_plan, write_plan
from scheduler.documents.problems import read_problem, write_problem

__all__ = ["read_case", "read_plan", "read_problem", "save", "write_plan", "write_problem"]
