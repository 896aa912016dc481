"""A team's own Word template: one that cannot serve costs its look alone, and what it holds acts in no document."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from lxml import etree
from projects import different, mdr, small

from mdr_blueprint import library
from mdr_blueprint.pipeline import Built, build
from mdr_blueprint.write import parts as written
from mdr_blueprint.write.word.template import MOST_BYTES, Template, read_template

PARTS = dict[str, bytes]
OURS = library.folder("templates") / "word" / "reference.docx"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0"?>'
OUTSIDE = "http://outside.example/x"


def parts(data: bytes) -> PARTS:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(content: PARTS) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return target.getvalue()


def changed(change: Callable[[PARTS], None]) -> bytes:
    """The library's template, changed."""
    content = parts(OURS.read_bytes())
    change(content)
    return packed(content)


def replaced(name: str, old: str, new: str) -> Callable[[PARTS], None]:
    def change(content: PARTS) -> None:
        assert old.encode() in content[name]
        content[name] = content[name].replace(old.encode(), new.encode(), 1)

    return change


def related(part: str, xml: str, kind: str, before: str, mode: str = "External") -> Callable[[PARTS], None]:
    """A relation of a part to what is outside, named by `xml`, which stands before something in the part."""

    def change(content: PARTS) -> None:
        folder, _, file = part.rpartition("/")
        relation = f'<Relationship Id="rIdX" Type="{RELATIONS}/{kind}" Target="{OUTSIDE}" TargetMode="{mode}"/>'
        name = f"{folder}/_rels/{file}.rels"
        empty = f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"></Relationships>'
        content[name] = content.get(name, empty.encode()).replace(b"</Relationships>", relation.encode() + b"</Relationships>")
        root = xml.replace("r:", "rel:")
        replaced(part, before, root.replace(" ", f' xmlns:rel="{RELATIONS}" ', 1) + before)(content)

    return change


def typed(part: str, type_: str) -> Callable[[PARTS], None]:
    """A further part, of a content type."""

    def change(content: PARTS) -> None:
        content[part] = b"<content/>"
        replaced("[Content_Types].xml", "</Types>", f'<Override PartName="/{part}" ContentType="{type_}"/></Types>')(content)

    return change


def bomb(content: PARTS) -> None:
    content["word/media/image.bin"] = bytes(MOST_BYTES)


def without_lists(content: PARTS) -> None:
    content["word/numbering.xml"] = re.sub(rb'<w:num w:numId="[34]".*?</w:num>', b"", content["word/numbering.xml"], flags=re.DOTALL)


def without_section(content: PARTS) -> None:
    content["word/document.xml"] = re.sub(rb"<w:sectPr.*</w:sectPr>", b"", content["word/document.xml"], flags=re.DOTALL)


MACROS = "application/vnd.ms-office.vbaProject"
ENTITY = '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
LAUGHS = "<!DOCTYPE w [<!ENTITY a \"ha\"><!ENTITY b \"" + "&a;" * 50 + "\">]>"
REFUSED = {
    "text": (b"Dear team", "is no Word file"),
    "nothing": (b"", "is no Word file"),
    "half a file": (OURS.read_bytes()[:3000], "is no Word file"),
    "a zip of something else": (packed({"a.txt": b"a"}), "is no Word file"),
    "an empty document": (None, "does not define the styles"),
    "a style is missing": (changed(replaced("word/styles.xml", '"FrontHeading"', '"Other"')), "does not define the styles FrontHeading"),
    "a list is missing": (changed(without_lists), "does not define the lists 3, 4"),
    "no section": (changed(without_section), "is no Word file"),
    "broken XML": (changed(replaced("word/settings.xml", "</w:settings>", "")), "word/settings.xml"),
    "a bomb": (changed(bomb), "unpacks to more than 64 MB"),
    "an entity of a file": (changed(replaced("word/header.xml", "?>", f"?>{ENTITY}")), "document type declaration"),
    "a billion laughs": (changed(replaced("word/styles.xml", "?>", f"?>{LAUGHS}")), "document type declaration"),
    "macros": (changed(typed("word/vbaProject.bin", MACROS)), "holds a macro"),
    "a docm": (changed(replaced("[Content_Types].xml", "vnd.openxmlformats-officedocument.wordprocessingml.document.main", "vnd.ms-word.document.macroEnabled.main")), "holds a macro"),
    "a dotx": (changed(replaced("[Content_Types].xml", "wordprocessingml.document.main", "wordprocessingml.template.main")), "of the kind .docx"),
    "ActiveX": (changed(typed("word/activeX/activeX1.xml", "application/vnd.ms-office.activeX+xml")), "holds a macro"),
    "an embedded object": (changed(related("word/header.xml", '<w:object r:id="rIdX"/>', "oleObject", "</w:hdr>")), "holds a macro"),
    "a chunk of HTML": (changed(related("word/header.xml", '<w:altChunk r:id="rIdX"/>', "aFChunk", "</w:hdr>")), "holds a macro"),
}  # fmt: skip
PICTURE = (
    '<w:p ><w:r><w:drawing><a:blip xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" r:link="rIdX"/></w:drawing></w:r></w:p>'
)
VML = f'<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="{OUTSIDE}"/></v:shape></w:pict></w:r></w:p>'
FIELD = (
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> INCLUDE</w:instrText></w:r>'
    f'<w:r><w:instrText>PICTURE "{OUTSIDE}"</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    '<w:r><w:t>stored</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
REMOVED = {
    "a template of its own": (related("word/settings.xml", '<w:attachedTemplate r:id="rIdX"/>', "attachedTemplate", "</w:settings>"), "attachedTemplate"),
    "one that says it is a link": (related("word/settings.xml", '<w:attachedTemplate r:id="rIdX"/>', "hyperlink", "</w:settings>"), "hyperlink"),
    "a picture in the header": (related("word/header.xml", PICTURE, "image", "</w:hdr>"), "image"),
    "a picture in the body": (related("word/document.xml", PICTURE, "image", "<w:sectPr"), "image"),
    "a document below": (related("word/document.xml", '<w:subDoc r:id="rIdX"/>', "subDocument", "<w:sectPr"), "subDocument"),
    "an older picture": (replaced("word/footer.xml", "</w:ftr>", f"{VML}</w:ftr>"), "picture"),
    "a field": (replaced("word/footer.xml", "</w:ftr>", f"{FIELD}</w:ftr>"), "field INCLUDEPICTURE"),
    "a simple field": (replaced("word/footer.xml", "</w:ftr>", f'<w:p><w:fldSimple w:instr=" LINK Excel.Sheet {OUTSIDE}"/></w:p></w:ftr>'), "field LINK"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_serve_is_refused_in_words(name, tmp_path):
    data, why = REFUSED[name]
    if data is None:
        docx.Document().save(str(tmp_path / "bare.docx"))
        data = (tmp_path / "bare.docx").read_bytes()
    answer = read_template(data)
    assert isinstance(answer, str)
    assert why in answer
    assert " at 0x" not in answer, "the same words in every run"


def test_the_template_of_the_library_is_used_as_it_is(tmp_path):
    assert read_template(OURS.read_bytes()) == Template(OURS.read_bytes())


@pytest.mark.parametrize("name", REMOVED)
def test_what_asks_for_something_outside_is_left_out_and_told(name, tmp_path):
    change, told = REMOVED[name]
    assert OUTSIDE.encode() in b"".join(parts(changed(change)).values())
    answer = read_template(changed(change))
    assert isinstance(answer, Template)
    assert len(answer.removed) == 1
    assert answer.removed[0].startswith(told)
    assert OUTSIDE in answer.removed[0]
    content = parts(answer.data)
    assert OUTSIDE.encode() not in b"".join(content.values())
    for part, data in content.items():
        if part.endswith(".xml"):
            assert b"rIdX" not in data, "no element names a relation that is gone"
            etree.fromstring(data)
    assert b"stored" in content["word/footer.xml"] or name != "a field"


def test_a_link_in_the_header_stays(tmp_path):
    link = '<w:p ><w:hyperlink r:id="rIdX"><w:r><w:t>www</w:t></w:r></w:hyperlink></w:p>'
    data = changed(related("word/header.xml", link, "hyperlink", "</w:hdr>"))
    assert read_template(data) == Template(data)


# In a build


def with_template(folder: Path, data: bytes) -> Built:
    project = small(folder)
    (project / "templates" / "word").mkdir(parents=True)
    (project / "templates" / "word" / "reference.docx").write_bytes(data)
    return build(project)


def findings(built: Built) -> list[str]:
    return [finding.message for finding in built.report.findings if finding.code == "DOC840"]


@pytest.mark.verifies("REQ-OUT-08")
def test_a_template_that_is_no_word_file_costs_its_look_alone(tmp_path):
    plain, built = build(small(tmp_path / "plain" / "device")), with_template(tmp_path / "own" / "device", b"Dear team")
    (told,) = findings(built)
    assert told.startswith("templates/word/reference.docx is no Word file")
    assert told.endswith("the documents are written with the template of the library")
    assert [path.name for path in sorted(plain.output.iterdir())] == [path.name for path in sorted(built.output.iterdir())]
    names = {path.name for path in (plain.output / "documents").iterdir()}
    assert names == {path.name for path in (built.output / "documents").iterdir()}
    assert different(plain.output / "site" / "assets", built.output / "site" / "assets") == []
    assert "DOC840" in (built.output / "manifest.json").read_text("utf-8")


@pytest.mark.parametrize("make", [lambda path: path.symlink_to(OURS), lambda path: path.mkdir()], ids=["link", "folder"])
def test_a_template_that_is_a_link_or_a_folder_is_told(tmp_path, make):
    project = small(tmp_path / "device")
    (project / "templates" / "word").mkdir(parents=True)
    make(project / "templates" / "word" / "reference.docx")
    (told,) = [finding for finding in build(project, only=["word"]).report.findings if finding.place.path.startswith("templates/")]
    assert told.message.startswith(("templates/word/reference.docx is a folder; ", "the link leads out of the project"))


def test_no_document_asks_the_network(tmp_path):
    change, _ = REMOVED["a template of its own"]
    built = with_template(tmp_path / "device", changed(change))
    (told,) = findings(built)
    assert OUTSIDE in told
    documents = list((built.output / "documents").iterdir())
    assert len(documents) > 10
    for document in documents:
        assert OUTSIDE.encode() not in b"".join(parts(document.read_bytes()).values())


# The second process


def test_a_wrong_call_in_the_second_process_is_still_a_wrong_call(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise written.UsageError("not like this")

    monkeypatch.setattr(written, "write_data", refuse)
    with pytest.raises(written.UsageError, match="not like this"):
        build(small(tmp_path / "device"))


def test_a_bug_in_the_second_process_keeps_the_place_where_it_happened(tmp_path):
    code = (
        "from mdr_blueprint.write import parts\n"
        "def stumble(*_): return {}['nothing']\n"
        "parts.write_data = stumble"
    )
    ended = mdr("build", small(tmp_path / "device"), cwd=tmp_path, code=code, XDG_CACHE_HOME=str(tmp_path))
    assert ended.returncode == 3
    assert "in stumble" in (tmp_path / "mdr-blueprint" / "last-fault.txt").read_text("utf-8")
