"""Stage 5, tabulate: every table exists once; site, Word, Excel and JSON show that one."""

from mdr_blueprint.tables.engine import (
    Cell,
    Column,
    Gap,
    Inputs,
    Lines,
    RecordLink,
    Row,
    Table,
    Tables,
    Words,
    table,
)

__all__ = ["Cell", "Column", "Gap", "Inputs", "Lines", "RecordLink", "Row", "Table", "Tables", "Words", "table"]
