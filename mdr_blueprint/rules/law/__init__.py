"""Rules LAW9xx: the data of the library itself; run by `mdr check --library` only."""
