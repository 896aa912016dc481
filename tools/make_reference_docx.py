"""Write templates/word/reference.docx: the styles, page and header of every Word document.

    python tools/make_reference_docx.py [TARGET]

The file is made from the texts below and from nothing else, so that a change of the look is a change that can be read.
A project may put a template of its own in its place; it must define the same styles. In header and footer the words
`{file}`, `{device}`, `{title}` and `{footer}` are filled in.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mdr_blueprint.write.archive import pack

TARGET = Path(__file__).resolve().parent.parent / "templates" / "word" / "reference.docx"

INK, ACCENT, GREY, RULE, TINT = "1C2530", "1F3A5F", "5A6675", "B8C2CE", "E9EEF4"
GAP_INK, GAP_TINT = "9C2F1B", "FBE6DF"
TEXT_FONT, CODE_FONT = "Arial", "Courier New"  # LibreOffice and Linux put Liberation Sans and Mono in their place: same widths

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
DOC_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
OFFICE_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_REL = "http://schemas.openxmlformats.org/package/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def font(name: str) -> str:
    return f'<w:rFonts w:ascii="{name}" w:hAnsi="{name}" w:eastAsia="{name}" w:cs="{name}"/>'


def run(size: float = 0, *, bold: bool = False, italic: bool = False, color: str = "", face: str = "", fill: str = "", line: str = "") -> str:
    """Run properties in the order of the schema; `size` in points."""
    return "<w:rPr>" + "".join((
        font(face) if face else "",
        "<w:b/>" if bold else "",
        "<w:i/>" if italic else "",
        f'<w:color w:val="{color}"/>' if color else "",
        f'<w:sz w:val="{round(size * 2)}"/><w:szCs w:val="{round(size * 2)}"/>' if size else "",
        f'<w:u w:val="{line}"/>' if line else "",
        f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else "",
    )) + "</w:rPr>"  # fmt: skip


def para(before: int = 0, after: int = 0, line: int = 0, *, keep: bool = False, outline: int | None = None, indent: str = "",
         border: str = "", fill: str = "", tabs: str = "", numbering: str = "", break_before: bool = False) -> str:
    """Paragraph properties in the order of the schema; distances in twentieths of a point."""
    spacing = f'<w:spacing w:before="{before}" w:after="{after}"' + (f' w:line="{line}" w:lineRule="auto"' if line else "") + "/>"
    return "<w:pPr>" + "".join((
        "<w:keepNext/><w:keepLines/>" if keep else "",
        "<w:pageBreakBefore/>" if break_before else "",
        numbering,
        f"<w:pBdr>{border}</w:pBdr>" if border else "",
        f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else "",
        tabs,
        spacing,
        indent,
        f'<w:outlineLvl w:val="{outline}"/>' if outline is not None else "",
    )) + "</w:pPr>"  # fmt: skip


def style(id_: str, name: str, properties: str, *, kind: str = "paragraph", based: str = "Normal", following: str = "", extra: str = "") -> str:
    return (f'<w:style w:type="{kind}" w:styleId="{id_}"{extra}><w:name w:val="{name}"/>'
            + (f'<w:basedOn w:val="{based}"/>' if based else "") + (f'<w:next w:val="{following}"/>' if following else "")
            + f"<w:qFormat/>{properties}</w:style>")


def edge(side: str, color: str = RULE, size: int = 4, space: int = 1) -> str:
    return f'<w:{side} w:val="single" w:sz="{size}" w:space="{space}" w:color="{color}"/>'


def headings() -> str:
    looks = ((15, 360, 140), (12.5, 300, 100), (11, 240, 80), (10, 200, 60), (10, 160, 60))
    return "".join(
        style(f"Heading{level}", f"heading {level}", para(before, after, keep=True, outline=level - 1) + run(size, bold=True, italic=level == 5, color=ACCENT),
              following="Normal")
        for level, (size, before, after) in enumerate(looks, 1))  # fmt: skip


def contents() -> str:
    """Lines of the contents list; the writer sets the tab, which depends on the page."""
    return "".join(
        style(f"TOC{level}", f"toc {level}", para(before, 20, indent=f'<w:ind w:left="{indent}"/>') + run(size, bold=level == 1))
        for level, (indent, before, size) in enumerate(((0, 80, 10), (340, 20, 9.5), (680, 0, 9.5)), 1))  # fmt: skip


def paragraph_styles() -> str:
    code_box = "".join(edge(side, space=4) for side in ("top", "left", "bottom", "right"))
    return "".join((
        style("Normal", "Normal", para(0, 120, 264) + run(color=INK), based="", extra=' w:default="1"'),
        style("Title", "Title", para(0, 60, keep=True) + run(22, bold=True, color=ACCENT), following="Subtitle"),
        style("Subtitle", "Subtitle", para(0, 240, border=edge("bottom", ACCENT, 8, 6)) + run(11, color=GREY), following="Normal"),
        headings(),
        style("FrontHeading", "Front heading", para(280, 100, keep=True) + run(12.5, bold=True, color=ACCENT), following="Normal"),
        contents(),
        style("Caption", "caption", para(200, 80, keep=True) + run(9, bold=True, color=GREY), following="Normal"),
        style("TableText", "Table text", para(20, 20, 240) + run(8.5)),
        style("TableTextSmall", "Table text small", para(20, 20, 240) + run(7.5), based="TableText"),
        style("TableHeader", "Table header", para(20, 20, keep=True) + run(8.5, bold=True, color=ACCENT), based="TableText"),
        style("TableHeaderSmall", "Table header small", para(20, 20, keep=True) + run(7.5, bold=True, color=ACCENT), based="TableHeader"),
        style("CardTitle", "Card title", para(220, 60, keep=True, border=edge("bottom", ACCENT, 6, 2)) + run(10.5, bold=True, color=ACCENT), following="Normal"),
        style("ListBullet", "List Bullet", para(0, 80, 264)),
        style("ListNumber", "List Number", para(0, 80, 264)),
        style("Quote", "Quote", para(60, 120, 264, border=edge("left", RULE, 18, 8), indent='<w:ind w:left="340" w:right="340"/>') + run(color=GREY)),
        style("Code", "Code", para(0, 0, border=code_box, fill="F5F7FA", indent='<w:ind w:left="113" w:right="113"/>') + run(8.5, face=CODE_FONT)),
        style("SectionEnd", "Section end", para() + run(1)),
        style("Header", "header", para() + run(8, color=GREY)),
        style("Footer", "footer", para() + run(8, color=GREY)),
    ))  # fmt: skip


def character_styles() -> str:
    def letters(id_: str, name: str, look: str, extra: str = ' w:customStyle="1"') -> str:
        return style(id_, name, look, kind="character", based="DefaultParagraphFont", extra=extra)

    return "".join((
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont"><w:name w:val="Default Paragraph Font"/>'
        "<w:uiPriority w:val=\"1\"/><w:semiHidden/></w:style>",
        letters("Hyperlink", "Hyperlink", run(color="1B5FAA", line="single"), ""),
        letters("ContentsLink", "Contents link", run(color=INK, line="none")),
        letters("Gap", "Gap", run(bold=True, color=GAP_INK, fill=GAP_TINT)),
        letters("CodeText", "Code text", run(face=CODE_FONT, fill="F0F3F7")),
        letters("Strong", "Strong", run(bold=True), ""),
        letters("Emphasis", "Emphasis", run(italic=True), ""),
    ))  # fmt: skip


def table_styles() -> str:
    margins = "".join(f'<w:{side} w:w="{width}" w:type="dxa"/>' for side, width in (("top", 40), ("left", 80), ("bottom", 40), ("right", 80)))
    none = ('<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:uiPriority w:val="99"/><w:semiHidden/>'
            '<w:tblPr><w:tblInd w:w="0" w:type="dxa"/><w:tblCellMar><w:top w:w="0" w:type="dxa"/><w:left w:w="0" w:type="dxa"/>'
            '<w:bottom w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr></w:style>'
            '<w:style w:type="numbering" w:default="1" w:styleId="NoList"><w:name w:val="No List"/><w:semiHidden/></w:style>')  # fmt: skip

    def table(id_: str, name: str, sides: tuple[str, ...]) -> str:
        borders = "".join(edge(side, space=0) for side in sides)
        return style(id_, name, f"<w:tblPr><w:tblBorders>{borders}</w:tblBorders><w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>",
                     kind="table", based="TableNormal", extra=' w:customStyle="1"')

    return none + table("FileTable", "File table", ("top", "left", "bottom", "right", "insideH", "insideV")) + table("CardTable", "Card table", ("insideH",))


def styles() -> str:
    defaults = (f"<w:docDefaults><w:rPrDefault><w:rPr>{font(TEXT_FONT)}"
                '<w:sz w:val="20"/><w:szCs w:val="20"/><w:lang w:val="en-GB" w:eastAsia="en-GB" w:bidi="ar-SA"/></w:rPr></w:rPrDefault><w:pPrDefault/></w:docDefaults>')
    return f'<w:styles xmlns:w="{W}">{defaults}{paragraph_styles()}{character_styles()}{table_styles()}</w:styles>'


def numbering() -> str:
    """Lists: 1 bullets, 2 numbers, 3 and 4 the same in a table. The writer restarts numbers by entries of its own."""

    def level(at: int, step: int, ordered: bool) -> str:
        mark = f'<w:numFmt w:val="decimal"/><w:lvlText w:val="%{at + 1}."/>' if ordered else f'<w:numFmt w:val="bullet"/><w:lvlText w:val="{"•–"[at % 2]}"/>'
        return f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/>{mark}<w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{step * (at + 1)}" w:hanging="{step}"/></w:pPr></w:lvl>'

    kinds = [(360, False), (360, True), (200, False), (280, True)]
    abstract = "".join(f'<w:abstractNum w:abstractNumId="{index}"><w:multiLevelType w:val="multilevel"/>{"".join(level(at, step, ordered) for at in range(9))}</w:abstractNum>'
                       for index, (step, ordered) in enumerate(kinds, 1))  # fmt: skip
    numbers = "".join(f'<w:num w:numId="{index}"><w:abstractNumId w:val="{index}"/></w:num>' for index in range(1, len(kinds) + 1))
    return f'<w:numbering xmlns:w="{W}">{abstract}{numbers}</w:numbering>'


def field(instruction: str) -> str:
    """A field of the page furniture; every reader computes it, the `1` is never seen."""
    parts = ('<w:fldChar w:fldCharType="begin"/>', f'<w:instrText xml:space="preserve"> {instruction} </w:instrText>', '<w:fldChar w:fldCharType="separate"/>',
             "<w:t>1</w:t>", '<w:fldChar w:fldCharType="end"/>')
    return "".join(f"<w:r>{part}</w:r>" for part in parts)


def words(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def furniture(tag: str, style_id: str, left: str, right: str, share: int, side: str) -> str:
    """Header or footer: a table over the full width, so that it fits portrait and landscape alike."""

    def cell(width: int, content: str, align: str) -> str:
        return (f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="pct"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="{style_id}"/><w:jc w:val="{align}"/></w:pPr>'
                f"{content}</w:p></w:tc>")

    table = (f'<w:tbl><w:tblPr><w:tblW w:w="5000" w:type="pct"/><w:tblBorders>{edge(side, space=0)}</w:tblBorders>'
             '<w:tblCellMar><w:top w:w="60" w:type="dxa"/><w:left w:w="0" w:type="dxa"/><w:bottom w:w="60" w:type="dxa"/>'
             '<w:right w:w="0" w:type="dxa"/></w:tblCellMar></w:tblPr>'
             f'<w:tblGrid><w:gridCol w:w="{share * 9638 // 5000}"/><w:gridCol w:w="{9638 - share * 9638 // 5000}"/></w:tblGrid>'
             f'<w:tr>{cell(share, left, "left")}{cell(5000 - share, right, "right")}</w:tr></w:tbl>')  # fmt: skip
    return f'<w:{tag} xmlns:w="{W}" xmlns:r="{R}">{table}<w:p><w:pPr><w:pStyle w:val="{style_id}"/></w:pPr></w:p></w:{tag}>'


def document() -> str:
    return (f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body><w:p/><w:sectPr><w:headerReference w:type="default" r:id="rId5"/>'
            '<w:footerReference w:type="default" r:id="rId6"/><w:pgSz w:w="11906" w:h="16838"/>'
            '<w:pgMar w:top="1361" w:right="1134" w:bottom="1247" w:left="1134" w:header="567" w:footer="510" w:gutter="0"/></w:sectPr></w:body></w:document>')  # fmt: skip


def settings() -> str:
    compat = "".join(f'<w:compatSetting w:name="{name}" w:uri="http://schemas.microsoft.com/office/word" w:val="{value}"/>'
                     for name, value in (("compatibilityMode", 15), ("overrideTableStyleFontSizeAndJustification", 1)))  # fmt: skip
    return f'<w:settings xmlns:w="{W}"><w:defaultTabStop w:val="567"/><w:characterSpacingControl w:val="doNotCompress"/><w:updateFields w:val="true"/><w:compat>{compat}</w:compat></w:settings>'


def font_table() -> str:
    return (f'<w:fonts xmlns:w="{W}"><w:font w:name="{TEXT_FONT}"><w:altName w:val="Liberation Sans"/><w:family w:val="swiss"/></w:font>'
            f'<w:font w:name="{CODE_FONT}"><w:altName w:val="Liberation Mono"/><w:family w:val="modern"/></w:font></w:fonts>')


def theme() -> str:
    """Word asks for a theme; ours offers the colours and fonts of the styles."""
    colours = {"dk1": INK, "lt1": "FFFFFF", "dk2": ACCENT, "lt2": TINT, "accent1": ACCENT, "accent2": GAP_INK, "accent3": GREY, "accent4": RULE,
               "accent5": "1B5FAA", "accent6": GAP_TINT, "hlink": "1B5FAA", "folHlink": GREY}  # fmt: skip
    scheme = "".join(f'<a:{name}><a:srgbClr val="{value}"/></a:{name}>' for name, value in colours.items())
    fonts = "".join(f'<a:{name}><a:latin typeface="{TEXT_FONT}"/><a:ea typeface=""/><a:cs typeface=""/></a:{name}>' for name in ("majorFont", "minorFont"))
    fill = '<a:solidFill><a:schemeClr val="phClr"/></a:solidFill>'
    lines = "".join(f'<a:ln w="{width}">{fill}</a:ln>' for width in (6350, 12700, 19050))
    formats = (f"<a:fillStyleLst>{fill * 3}</a:fillStyleLst><a:lnStyleLst>{lines}</a:lnStyleLst><a:effectStyleLst>"
               f"{'<a:effectStyle><a:effectLst/></a:effectStyle>' * 3}</a:effectStyleLst><a:bgFillStyleLst>{fill * 3}</a:bgFillStyleLst>")
    return (f'<a:theme xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" name="File"><a:themeElements><a:clrScheme name="File">{scheme}</a:clrScheme>'
            f'<a:fontScheme name="File">{fonts}</a:fontScheme><a:fmtScheme name="File">{formats}</a:fmtScheme></a:themeElements></a:theme>')


def core() -> str:
    return ('<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
            'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>Reference for Word documents</dc:title>'
            '<dcterms:created xsi:type="dcterms:W3CDTF">1980-01-01T00:00:00Z</dcterms:created>'
            '<dcterms:modified xsi:type="dcterms:W3CDTF">1980-01-01T00:00:00Z</dcterms:modified></cp:coreProperties>')  # fmt: skip


def relations(*entries: tuple[str, str]) -> str:
    items = "".join(f'<Relationship Id="rId{at}" Type="{kind}" Target="{target}"/>' for at, (kind, target) in enumerate(entries, 1))
    return f'<Relationships xmlns="{PACKAGE_REL}">{items}</Relationships>'


def content_types() -> str:
    kinds = {"document": "document.main", "styles": "styles", "numbering": "numbering", "settings": "settings", "fontTable": "fontTable",
             "header1": "header", "footer1": "footer"}  # fmt: skip
    overrides = "".join(f'<Override PartName="/word/{part}.xml" ContentType="{DOC_TYPE}.{kind}+xml"/>' for part, kind in kinds.items())
    overrides += '<Override PartName="/word/theme/theme1.xml" ContentType="application/vnd.openxmlformats-officedocument.theme+xml"/>'
    return ('<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'{overrides}<Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>')


def reference() -> bytes:
    """The bytes of the template."""
    left = words("{file} · {device}")
    page = words("Page ") + field("PAGE") + words(" of ") + field("NUMPAGES")
    texts = {
        "[Content_Types].xml": content_types(),
        "_rels/.rels": relations((f"{OFFICE_REL}/officeDocument", "word/document.xml"),
                                 ("http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties", "docProps/core.xml")),
        "docProps/core.xml": core(),
        "word/document.xml": document(),
        "word/_rels/document.xml.rels": relations(*((f"{OFFICE_REL}/{kind}", f"{part}.xml") for kind, part in (
            ("styles", "styles"), ("numbering", "numbering"), ("settings", "settings"), ("fontTable", "fontTable"), ("header", "header1"), ("footer", "footer1"),
            ("theme", "theme/theme1")))),
        "word/styles.xml": styles(),
        "word/numbering.xml": numbering(),
        "word/settings.xml": settings(),
        "word/fontTable.xml": font_table(),
        "word/theme/theme1.xml": theme(),
        "word/header1.xml": furniture("hdr", "Header", left, words("{title}"), 2500, "bottom"),
        "word/footer1.xml": furniture("ftr", "Footer", words("{footer}"), page, 3900, "top"),
    }  # fmt: skip
    return pack({name: (HEAD + text).encode() for name, text in texts.items()})


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(reference())
