"""Stage 1, read: a project folder becomes `Sources`: YAML values with the place of every key, and the inventory of files."""

from mdr_blueprint.source.files import File, Inventory
from mdr_blueprint.source.folder import Sources, read
from mdr_blueprint.source.yaml_reader import Map, Seq, Source, place_of, read_text

__all__ = ["File", "Inventory", "Map", "Seq", "Source", "Sources", "place_of", "read", "read_text"]
