"""Write templates/word/reference.docx: the styles, page, header and footer of every Word document.

    python tools/make_reference_docx.py [TARGET]

The file is made from the values below and from nothing else, so that a change of the look can be read as a change.
A project may put a template of its own in its place; it must define the same styles. In header and footer the words
`{file}`, `{device}`, `{title}` and `{footer}` are filled in.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mdr_blueprint.write.archive import pack

TARGET = Path(__file__).resolve().parent.parent / "templates" / "word" / "reference.docx"

INK, ACCENT, GREY, RULE, TINT, LINK = "1C2530", "1F3A5F", "5A6675", "B8C2CE", "E9EEF4", "1B5FAA"
GAP_INK, GAP_TINT = "9C2F1B", "FBE6DF"
TEXT_FONT, CODE_FONT = "Arial", "Courier New"  # where they are absent, Liberation Sans and Mono have the same widths
TEXT_WIDTH = 9638  # A4 less the margins, in twentieths of a point as all lengths here

OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": OFFICE,
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "cp": f"{PACKAGE}/metadata/core-properties",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
}


def e(name: str, /, *children: str, **attributes: object) -> str:
    """An element of WordprocessingML with its attributes."""
    values = "".join(f' w:{key}="{value}"' for key, value in attributes.items())
    return f"<w:{name}{values}>{''.join(children)}</w:{name}>" if children else f"<w:{name}{values}/>"


def plain(name: str, /, *children: str, **attributes: object) -> str:
    """An element whose attributes have no prefix."""
    values = "".join(f' {key}="{value}"' for key, value in attributes.items())
    return f"<{name}{values}>{''.join(children)}</{name}>" if children else f"<{name}{values}/>"


def root(name: str, *children: str, spaces: str = "w r") -> str:
    """The outermost element of a part, with its namespaces."""
    values = "".join(f' xmlns:{prefix}="{NAMESPACES[prefix]}"' for prefix in spaces.split())
    return f"<{name}{values}>{''.join(children)}</{name}>"


def font(name: str) -> str:
    return e("rFonts", ascii=name, hAnsi=name, eastAsia=name, cs=name)


def shade(fill: str) -> str:
    return e("shd", val="clear", color="auto", fill=fill)


def edge(side: str, color: str = RULE, size: int = 4, space: int = 1) -> str:
    return e(side, val="single", sz=size, space=space, color=color)


def look(size: float = 0, *, bold: bool = False, italic: bool = False, color: str = "", face: str = "", fill: str = "",
         line: str = "") -> str:
    """Run properties in the order of the schema; `size` in points."""
    return "<w:rPr>" + "".join((
        font(face) if face else "",
        e("b") if bold else "",
        e("i") if italic else "",
        e("color", val=color) if color else "",
        e("sz", val=round(size * 2)) + e("szCs", val=round(size * 2)) if size else "",
        e("u", val=line) if line else "",
        shade(fill) if fill else "",
    )) + "</w:rPr>"  # fmt: skip


def para(before: int = 0, after: int = 0, line: int = 0, *, keep: bool = False, outline: int | None = None,
         left: int = 0, right: int = 0, border: str = "", fill: str = "") -> str:
    """Paragraph properties in the order of the schema."""
    height: dict[str, object] = {"line": line, "lineRule": "auto"} if line else {}
    return "<w:pPr>" + "".join((
        e("keepNext") + e("keepLines") if keep else "",
        e("pBdr", border) if border else "",
        shade(fill) if fill else "",
        e("spacing", before=before, after=after, **height),
        e("ind", left=left, right=right) if left or right else "",
        e("outlineLvl", val=outline) if outline is not None else "",
    )) + "</w:pPr>"  # fmt: skip


def style(id_: str, name: str, properties: str, *, kind: str = "paragraph", based: str = "Normal", **more: int) -> str:
    parts = [e("name", val=name)]
    parts += [e("basedOn", val=based)] if based else []
    parts += [e("next", val="Normal")] if "<w:keepNext/>" in properties else []
    return e("style", *parts, e("qFormat"), properties, type=kind, styleId=id_, **more)


def heading_styles() -> str:
    looks = ((15, 360, 140), (12.5, 300, 100), (11, 240, 80), (10, 200, 60), (10, 160, 60))
    return "".join(
        style(
            f"Heading{level}",
            f"heading {level}",
            para(before, after, keep=True, outline=level - 1) + look(size, bold=True, italic=level == 5, color=ACCENT),
        )
        for level, (size, before, after) in enumerate(looks, 1)
    )


def contents_styles() -> str:
    """Lines of the contents list; the writer sets the tab, which depends on the page."""
    looks = ((0, 80, 10), (340, 20, 9.5), (680, 0, 9.5))
    return "".join(
        style(f"TOC{level}", f"toc {level}", para(before, 20, left=left) + look(size, bold=level == 1))
        for level, (left, before, size) in enumerate(looks, 1)
    )


def text_styles() -> str:
    box = "".join(edge(side, space=4) for side in ("top", "left", "bottom", "right"))
    strong, card, quote = edge("bottom", ACCENT, 8, 6), edge("bottom", ACCENT, 6, 2), edge("left", RULE, 18, 8)
    looks = [
        ("Title", "Title", para(0, 60, keep=True) + look(22, bold=True, color=ACCENT)),
        ("Subtitle", "Subtitle", para(0, 240, border=strong) + look(11, color=GREY)),
        ("FrontHeading", "Front heading", para(280, 100, keep=True) + look(12.5, bold=True, color=ACCENT)),
        ("Caption", "caption", para(200, 80, keep=True) + look(9, bold=True, color=GREY)),
        ("CardTitle", "Card title", para(220, 60, keep=True, border=card) + look(10.5, bold=True, color=ACCENT)),
        ("ListBullet", "List Bullet", para(0, 80, 264)),
        ("ListNumber", "List Number", para(0, 80, 264)),
        ("Quote", "Quote", para(60, 120, 264, border=quote, left=340, right=340) + look(color=GREY)),
        ("Code", "Code", para(0, 0, border=box, fill="F5F7FA", left=113, right=113) + look(8.5, face=CODE_FONT)),
        ("SectionEnd", "Section end", para() + look(1)),
        ("Header", "header", para() + look(8, color=GREY)),
        ("Footer", "footer", para() + look(8, color=GREY)),
        ("TableText", "Table text", para(20, 20, 240) + look(8.5)),
    ]
    normal = style("Normal", "Normal", para(0, 120, 264) + look(color=INK), based="", default=1)
    return "".join((
        normal,
        *(style(id_, name, properties) for id_, name, properties in looks),
        style("TableTextSmall", "Table text small", para(20, 20, 240) + look(7.5), based="TableText"),
        style("TableHeader", "Table header", para(20, 20, keep=True) + look(8.5, bold=True, color=ACCENT), based="TableText"),
        style("TableHeaderSmall", "Table header small", para(20, 20, keep=True) + look(7.5, bold=True), based="TableHeader"),
    ))  # fmt: skip


def letter_styles() -> str:
    looks = [
        ("Hyperlink", "Hyperlink", look(color=LINK, line="single")),
        ("ContentsLink", "Contents link", look(color=INK, line="none")),
        ("Gap", "Gap", look(bold=True, color=GAP_INK, fill=GAP_TINT)),
        ("CodeText", "Code text", look(face=CODE_FONT, fill="F0F3F7")),
    ]
    base = "DefaultParagraphFont"
    usual = e("style", e("name", val="Default Paragraph Font"), e("semiHidden"), type="character", default=1, styleId=base)
    return usual + "".join(style(id_, name, properties, kind="character", based=base) for id_, name, properties in looks)


def cell_margins(top: int, left: int) -> str:
    sides = (("top", top), ("left", left), ("bottom", top), ("right", left))
    return e("tblCellMar", *(e(side, w=width, type="dxa") for side, width in sides))


def table_styles() -> str:

    def ruled(id_: str, name: str, rules: str) -> str:
        return style(id_, name, e("tblPr", e("tblBorders", rules), cell_margins(40, 80)), kind="table", based="TableNormal")

    usual = e("tblPr", e("tblInd", w=0, type="dxa"), cell_margins(0, 0))
    grid = "".join(edge(side, space=0) for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
    return "".join((
        e("style", e("name", val="Normal Table"), e("semiHidden"), usual, type="table", default=1, styleId="TableNormal"),
        e("style", e("name", val="No List"), e("semiHidden"), type="numbering", default=1, styleId="NoList"),
        ruled("FileTable", "File table", grid),
        ruled("CardTable", "Card table", edge("insideH", space=0)),
    ))  # fmt: skip


def styles() -> str:
    language = e("lang", val="en-GB", eastAsia="en-GB", bidi="ar-SA")
    usual = e("rPrDefault", e("rPr", font(TEXT_FONT), e("sz", val=20), e("szCs", val=20), language))
    everything = (text_styles(), heading_styles(), contents_styles(), letter_styles(), table_styles())
    return root("w:styles", e("docDefaults", usual, e("pPrDefault")), *everything)


def numbering() -> str:
    """Lists: 1 bullets, 2 numbers, 3 and 4 the same in a table. The writer restarts numbers by entries of its own."""

    def level(at: int, step: int, *, ordered: bool) -> str:
        kind, mark = ("decimal", f"%{at + 1}.") if ordered else ("bullet", "•–"[at % 2])
        indent = e("pPr", e("ind", left=step * (at + 1), hanging=step))
        return e("lvl", e("start", val=1), e("numFmt", val=kind), e("lvlText", val=mark), e("lvlJc", val="left"), indent, ilvl=at)

    looks, numbers = [], []
    for id_, (step, ordered) in enumerate(((360, False), (360, True), (200, False), (280, True)), 1):
        levels = (level(at, step, ordered=ordered) for at in range(9))
        looks.append(e("abstractNum", e("multiLevelType", val="multilevel"), *levels, abstractNumId=id_))
        numbers.append(e("num", e("abstractNumId", val=id_), numId=id_))
    return root("w:numbering", *looks, *numbers)


def words(text: str) -> str:
    return e("r", f'<w:t xml:space="preserve">{text}</w:t>')


def field(instruction: str) -> str:
    """A field of header or footer; every reader computes it, the stored `1` is never seen."""
    begin, separate, end = (e("r", e("fldChar", fldCharType=kind)) for kind in ("begin", "separate", "end"))
    return begin + e("r", e("instrText", instruction)) + separate + words("1") + end


def page_of_pages() -> str:
    return words("Page ") + field("PAGE") + words(" of ") + field("NUMPAGES")


def furniture(tag: str, style_id: str, left: str, right: str, *, share: int, side: str) -> str:
    """Header or footer: a table over the full width, so that it fits portrait and landscape alike; `share` in percent."""

    def cell(percent: int, content: str, align: str) -> str:
        line = e("p", e("pPr", e("pStyle", val=style_id), e("jc", val=align)), content)
        return e("tc", e("tcPr", e("tcW", w=percent * 50, type="pct")), line)

    look_of_table = e("tblPr", e("tblW", w=5000, type="pct"), e("tblBorders", edge(side, space=0)), cell_margins(60, 0))
    columns = e("tblGrid", e("gridCol", w=TEXT_WIDTH * share // 100), e("gridCol", w=TEXT_WIDTH * (100 - share) // 100))
    table = e("tbl", look_of_table, columns, e("tr", cell(share, left, "left"), cell(100 - share, right, "right")))
    return root(f"w:{tag}", table, e("p", e("pPr", e("pStyle", val=style_id))))


def document() -> str:
    margins = e("pgMar", top=1361, right=1134, bottom=1247, left=1134, header=567, footer=510, gutter=0)
    sheet = e("pgSz", w=11906, h=16838) + margins
    ends = "".join(f'<w:{end}Reference w:type="default" r:id="{end}1"/>' for end in ("header", "footer"))
    return root("w:document", e("body", e("p"), e("sectPr", ends, sheet)))


def settings() -> str:
    """`updateFields`: Word computes the page numbers of the contents on opening, after asking."""
    of_word = "http://schemas.microsoft.com/office/word"
    values = (("compatibilityMode", 15), ("overrideTableStyleFontSizeAndJustification", 1))
    compat = e("compat", *(e("compatSetting", name=name, uri=of_word, val=value) for name, value in values))
    spacing = e("characterSpacingControl", val="doNotCompress")
    return root("w:settings", e("defaultTabStop", val=567), spacing, e("updateFields", val="true"), compat)


def font_table() -> str:
    text = e("font", e("altName", val="Liberation Sans"), e("family", val="swiss"), name=TEXT_FONT)
    return root("w:fonts", text, e("font", e("altName", val="Liberation Mono"), e("family", val="modern"), name=CODE_FONT))


def theme() -> str:
    """Word asks for a theme; ours offers the colours and fonts of the styles."""
    names = ("dk1", "lt1", "dk2", "lt2", *(f"accent{number}" for number in range(1, 7)), "hlink", "folHlink")
    values = (INK, "FFFFFF", ACCENT, TINT, ACCENT, GAP_INK, GREY, RULE, LINK, GAP_TINT, LINK, GREY)
    colours = dict(zip(names, values, strict=True))
    scheme = (plain(f"a:{name}", plain("a:srgbClr", val=value)) for name, value in colours.items())
    faces = "".join(plain(f"a:{script}", typeface=face) for script, face in (("latin", TEXT_FONT), ("ea", ""), ("cs", "")))
    fill = plain("a:solidFill", plain("a:schemeClr", val="phClr"))
    effect = plain("a:effectStyle", "<a:effectLst/>")
    formats = (
        plain("a:fillStyleLst", fill * 3),
        plain("a:lnStyleLst", *(plain("a:ln", fill, w=width) for width in (6350, 12700, 19050))),
        plain("a:effectStyleLst", effect * 3),
        plain("a:bgFillStyleLst", fill * 3),
    )
    elements = (
        plain("a:clrScheme", *scheme, name="File"),
        plain("a:fontScheme", plain("a:majorFont", faces), plain("a:minorFont", faces), name="File"),
        plain("a:fmtScheme", *formats, name="File"),
    )
    return root("a:theme", plain("a:themeElements", *elements), spaces="a").replace("<a:theme ", '<a:theme name="File" ', 1)


def core() -> str:
    kind, day = ' xsi:type="dcterms:W3CDTF"', "1980-01-01T00:00:00Z"
    days = (f"<dcterms:{name}{kind}>{day}</dcterms:{name}>" for name in ("created", "modified"))
    return root("cp:coreProperties", "<dc:title>Reference for Word documents</dc:title>", *days, spaces="cp dc dcterms xsi")


PARTS = {
    "styles": styles, "numbering": numbering, "settings": settings, "fontTable": font_table,
    "header": lambda: furniture("hdr", "Header", words("{file} · {device}"), words("{title}"), share=50, side="bottom"),
    "footer": lambda: furniture("ftr", "Footer", words("{footer}"), page_of_pages(), share=78, side="top"),
    "theme": theme,
}  # fmt: skip
"""The parts beside the text, by the name that relations and content types give them."""


def relations(*entries: tuple[str, str, str]) -> str:
    items = (plain("Relationship", Id=id_, Type=kind, Target=target) for id_, kind, target in entries)
    return plain("Relationships", *items, xmlns=f"{PACKAGE}/relationships")


def content_types() -> str:
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    kinds = {f"/word/{name}.xml": f"{word}.{name}+xml" for name in PARTS}
    kinds["/word/theme.xml"] = "application/vnd.openxmlformats-officedocument.theme+xml"
    kinds["/word/document.xml"] = f"{word}.document.main+xml"
    kinds["/docProps/core.xml"] = "application/vnd.openxmlformats-package.core-properties+xml"
    usual = (("rels", "application/vnd.openxmlformats-package.relationships+xml"), ("xml", "application/xml"))
    defaults = (plain("Default", Extension=extension, ContentType=kind) for extension, kind in usual)
    overrides = (plain("Override", PartName=part, ContentType=kind) for part, kind in kinds.items())
    return plain("Types", *defaults, *overrides, xmlns=f"{PACKAGE}/content-types")


def reference() -> bytes:
    """The bytes of the template."""
    texts = {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relations(
            ("document", f"{OFFICE}/officeDocument", "word/document.xml"),
            ("core", f"{PACKAGE}/relationships/metadata/core-properties", "docProps/core.xml"),
        ),
        "docProps/core.xml": core(),
        "word/document.xml": document(),
        "word/_rels/document.xml.rels": relations(*((f"{name}1", f"{OFFICE}/{name}", f"{name}.xml") for name in PARTS)),
        **{f"word/{name}.xml": write() for name, write in PARTS.items()},
    }
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return pack({name: (head + text).encode() for name, text in texts.items()})


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(reference())
