"""Stage 7, write: documents and tables become files; the whole output is exchanged in one step."""

from mdr_blueprint.write.manifest import write_manifest
from mdr_blueprint.write.parts import footer, write_parts

__all__ = ["footer", "write_manifest", "write_parts"]
