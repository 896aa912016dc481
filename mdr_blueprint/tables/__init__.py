"""Stage 5, tabulate: every table exists once; site, Word, Excel and JSON show that one."""

from mdr_blueprint.tables.engine import Tables, table
from mdr_blueprint.tables.inputs import Inputs
from mdr_blueprint.tables.shapes import Cell, Column, Gap, Lines, MatrixField, RecordLink, Row, Table, Words

__all__ = ["Cell", "Column", "Gap", "Inputs", "Lines", "MatrixField", "RecordLink", "Row", "Table", "Tables", "Words", "table"]
