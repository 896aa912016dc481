"""Stage 3, link: the dossier's records become a typed graph.

Edges are derived from the types of the fields (`Ref[Control]`) and from what texts mention
(`[HS-014]`, `{figure:B0}`); nothing is declared twice. Every edge has a name at each end.
"""

from mdr_blueprint.graph.cardinalities import Census, Link, census, declared
from mdr_blueprint.graph.link import link
from mdr_blueprint.graph.typed import Edge, Graph

__all__ = ["Census", "Edge", "Graph", "Link", "census", "declared", "link"]
