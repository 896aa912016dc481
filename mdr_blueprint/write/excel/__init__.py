"""Stage 7, write: one workbook, a sheet per table. The one home of openpyxl.

    tables --name--> sheets --link--> homes of records --lay out--> skeleton and rows --fill--> bytes, and faults

`workbook` tells the story. `names` finds the names of sheets; `sheet` lays out everything of a sheet but its rows, with
openpyxl; `rows` writes the rows, `cells` knows what each cell of them shows, `looks` holds every style; `assemble` joins the two.
The rows are written as XML by us: a cell object for each of some 100,000 cells costs three times as much time.
"""

from mdr_blueprint.write.excel.workbook import write_workbook

__all__ = ["write_workbook"]
