"""The parts of an invented planning problem: places, staff, lists, patients, and what goes wrong afterwards."""
