"""Rules VER5xx: requirements, tests, runs, standards and their clauses."""
