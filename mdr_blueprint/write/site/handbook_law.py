"""Reference pages of the handbook on law and standards, made from the library's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mdr_blueprint import conditions
from mdr_blueprint.load.law import Law
from mdr_blueprint.model.library import AnnexPoints, ClassRule, Detail, LawSource
from mdr_blueprint.tables import Cell, Column, Lines
from mdr_blueprint.tables.drives import drives_words
from mdr_blueprint.write.site.pages import SitePage
from mdr_blueprint.write.site.sheet import Sheet

SECTION = "Law and standards"


def law_pages(law: Law) -> Iterator[SitePage]:
    """One page per data file of `gspr/`."""
    yield _facts_page(law)
    yield _annex_viii_page(law)
    yield _annex_i_page(law)
    yield _points_page("annex-ii-iii.html", "Annex II and III: technical documentation", *law.technical_documentation.values())
    yield _points_page("annex-iv.html", "Annex IV: declaration of conformity", law.annex_iv)
    yield _points_page("annex-xiv.html", "Annex XIV: clinical evaluation and follow-up", law.annex_xiv)
    yield _obligations_page(law)
    yield _standards_page(law)
    yield _guidance_page(law)
    yield from _clause_pages(law)


def _dated(source: LawSource) -> str:
    text = f", text consolidated on {source.consolidated}" if source.consolidated else ""
    sure = f"; confidence {source.confidence}" if source.confidence else ""
    where = f"{source.regulation or source.title}{text}, checked on {source.checked}{sure}"
    return f"{where}. In our own words, no substitute for the legal text."


def _lines(items: Iterable[str]) -> Cell:
    found = tuple(item.replace("`", "") for item in items if item)  # a cell is no Markdown
    return "" if not found else found[0] if len(found) == 1 else Lines(found)


def _doubt(confidence: str | None) -> str:
    """What makes an entry less than certain."""
    return "" if confidence in (None, "high") else f"({confidence})"


def _note(note: str | None) -> str:
    return f"Note: {note}" if note else ""


def _facts_page(law: Law) -> SitePage:
    sheet = Sheet("facts.html", "Vocabulary of device facts", SECTION)
    sheet.text(
        "The names and answers that a project may use under `facts`. A fact without listed answers is `true` or `false`. A "
        "*judgement* needs an argument. *Drives* counts requirements of Annex I, rules of Annex VIII, points of Annexes II, "
        "III, IV and XIV, obligations and standards whose conditions ask for the fact, directly or through one that follows "
        "from it."
    )
    sheet.table(
        (
            Column("Fact", 22),
            Column("Question", 44),
            Column("Answers", 34),
            Column("Not stated, for the class", 12),
            Column("Drives", 26),
        ),
        [
            (
                _lines((name, "judgement" if fact.judgement else "")),
                _lines((fact.question, fact.note or "")),
                _lines(f"{answer}: {words}" if words else answer for answer, words in fact.values.items())
                or ("a whole number" if fact.type == "number" else "true or false"),
                fact.absent or "",
                drives_words(law, name),
            )
            for name, fact in law.facts.facts.items()
        ],
    )
    sheet.heading("derived", "Facts that follow from others", "Never stated; computed from what is stated.")
    sheet.text("Never stated: they follow from what is stated, and conditions name them like any other.")
    sheet.table(
        (Column("Fact", 22), Column("What it says", 40), Column("Holds when", 70)),
        [
            (name, fact.question, conditions.words(fact.when) if fact.when else f"computed: {', '.join(fact.answers)}")
            for name, fact in law.facts.derived.items()
        ],
    )
    sheet.heading("contradictions", "Facts that cannot hold together")
    sheet.table(
        (Column("Facts", 60), Column("Why", 50), Column("Basis", 24)),
        [(conditions.words(item.when), item.why, item.basis or "") for item in law.facts.contradictions],
    )
    return sheet.done()


def _annex_viii_page(law: Law) -> SitePage:
    annex = law.annex_viii
    sheet = Sheet("annex-viii.html", "Annex VIII: classification rules", SECTION)
    sheet.text(_dated(annex.source))
    sheet.text(
        f"The rules are read by {annex.guidance.default}. A rule hits when its scope holds and one of its parts does; a part "
        "marked *general* hits where no other part of its rule does. The strictest hit gives the class (3.5)."
    )
    sheet.table(
        (Column("Guidance", 26), Column("Date", 10), Column("Confidence and note", 70)),
        [
            (name, revision.date or "", _lines((revision.confidence or "", revision.note or "")))
            for name, revision in annex.guidance.revisions.items()
        ],
    )
    sheet.heading("definitions", "Definitions")
    sheet.table(
        (Column("Section", 8), Column("Term", 22), Column("Meaning (own words)", 60), Column("Facts", 24)),
        [(key, item.term, item.text, ", ".join(item.facts)) for key, item in annex.definitions.items()],
    )
    sheet.heading("implementing", "Implementing rules")
    sheet.table(
        (Column("Section", 8), Column("Rule", 22), Column("What it says (own words)", 70)),
        [(key, item.title, _lines((item.text, item.note or ""))) for key, item in annex.implementing.items()],
    )
    for number, rule in annex.rules.items():
        _rule(sheet, number, rule)
    return sheet.done()


def _rule(sheet: Sheet, number: str, rule: ClassRule) -> None:
    sheet.heading(f"rule-{number}", f"Rule {number}: {rule.title}", rule.scope_text)
    sheet.text(f"Section {rule.section}. It covers {rule.scope_text}.")
    facts = [("Scope", conditions.words(rule.scope))]
    if rule.yields_to:
        facts.append(("Silent beside", f"Rules {', '.join(map(str, rule.yields_to))}"))
    if rule.recheck:
        facts.append(("Check again", rule.recheck))
    if rule.note:
        facts.append(("Note", rule.note.replace("`", "")))
    facts += [("Trap", trap) for trap in rule.traps]
    sheet.table((Column("Item", 14), Column("Content", 90)), list(facts))
    sheet.table(
        (
            Column("Place", 18),
            Column("What it covers (own words)", 44),
            Column("Class", 7),
            Column("Condition", 50),
            Column("Notes", 26),
        ),
        [
            (
                outcome.clause,
                outcome.text,
                outcome.device_class,
                "general: nothing else of the rule holds" if outcome.general else conditions.words(outcome.when),
                _lines(
                    (
                        f"takes the place of: {rule.outcomes[outcome.replaces].clause}"
                        if outcome.replaces in rule.outcomes
                        else "",
                        f"only under {', '.join(outcome.guidance)}" if outcome.guidance else "",
                        _doubt(outcome.confidence),
                        outcome.note or "",
                    )
                ),
            )
            for outcome in rule.outcomes.values()
        ],
    )


def _annex_i_page(law: Law) -> SitePage:
    sheet = Sheet("annex-i.html", "Annex I: safety and performance requirements", SECTION)
    sheet.text(_dated(law.gspr_source))
    sheet.text(
        "*Role*: `req` and `lead` are answered, and so is `interpretive`; `heading`, `cond` and `informational` ask for nothing. "
        "*One answer*: a single answer may stand for the points below."
    )
    sheet.table(
        (Column("Citation", 14), Column("Role", 11), Column("Topic (own words)", 70), Column("Applies when", 46)),
        [
            (
                item.citation,
                item.role,
                _lines(
                    (
                        item.topic,
                        "One answer may stand for the points below." if item.one_answer else "",
                        f"Changed: {item.changed}" if item.changed else "",
                        _note(item.note),
                    )
                ),
                conditions.words(item.when) if item.answerable or item.when else "",
            )
            for item in law.gspr.values()
        ],
    )
    sheet.heading("texts", "Texts without a number", "Duties that a list of identifiers drops.")
    sheet.text("Duties that carry no number of their own and are lost where a checklist only lists identifiers.")
    sheet.table(
        (Column("Where", 22), Column("Topic (own words)", 60), Column("Applies when", 32), Column("Answered by", 22)),
        [
            (
                text.citation,
                _lines((text.topic, _doubt(text.confidence), _note(text.note))),
                conditions.words(text.when),
                ", ".join(text.answered_by),
            )
            for text in law.gspr_texts.values()
        ],
    )
    sheet.heading("refused", "Identifiers that are refused", "Numbers of older directives, and slips.")
    sheet.text("These are no identifiers of this Annex; a finding names what stands for them here.")
    sheet.table(
        (Column("Identifier", 14), Column("Where it comes from", 44), Column("Here", 22), Column("Notes", 40)),
        [
            (key, item.origin, ", ".join(item.instead), _lines((_doubt(item.confidence), item.note or "")))
            for key, item in law.refused.items()
        ],
    )
    return sheet.done()


def _points_page(path: str, title: str, *annexes: AnnexPoints) -> SitePage:
    sheet = Sheet(path, title, SECTION)
    sheet.text(_dated(annexes[0].source))
    sheet.text(
        "A point that no kind of record answers is answered by a document: an evidence record that names it in `points`."
    )
    sheet.table(
        (
            Column("Point", 16),
            Column("Title (own words)", 26),
            Column("What must be there (own words)", 54),
            Column("Due when", 28),
            Column("Answered by records of kind", 22),
        ),
        [
            (
                point.citation,
                point.title,
                _lines((point.needs, _doubt(point.confidence), _note(point.note))),
                conditions.words(point.when),
                ", ".join(point.kinds) or "documents",
            )
            for annex in annexes
            for point in annex.points.values()
        ],
    )
    return sheet.done()


def _obligations_page(law: Law) -> SitePage:
    sheet = Sheet("obligations.html", "Obligations by class and facts", SECTION)
    sheet.text(_dated(law.obligations.source))
    sheet.text(law.obligations.source.note or "")
    sheet.table(
        (
            Column("Duty", 22),
            Column("Kind", 12),
            Column("Citation", 18),
            Column("What is due (own words)", 60),
            Column("When", 34),
        ),
        [
            (
                duty.title,
                duty.kind,
                _lines((duty.citation, _doubt(duty.confidence))),
                _lines((duty.duty, *map(_detail, duty.details), _note(duty.note))),
                conditions.words(duty.when),
            )
            for duty in law.obligations.obligations.values()
        ],
    )
    return sheet.done()


def _detail(detail: Detail) -> str:
    return f"[{conditions.words(detail.when)}] {detail.text}" if detail.when else detail.text


def _standards_page(law: Law) -> SitePage:
    sheet = Sheet("standards.html", "Standards", SECTION)
    sheet.text(
        "Dated data: edition, status and how sure it is. A status from a secondary source must be checked in the Official "
        "Journal before it is relied on."
    )
    sheet.table(
        (
            Column("Id", 16),
            Column("Designation", 26),
            Column("Subject", 28),
            Column("Status and confidence", 16),
            Column("Called for when", 32),
            Column("Source, and when it was checked", 34),
        ),
        [
            (
                id_,
                _lines((standard.designation, "" if standard.european == standard.designation else standard.european or "")),
                standard.title,
                _lines((standard.status.replace("_", " "), standard.confidence)),
                "always" if standard.always else conditions.words(standard.when) if standard.when else "",
                f"{standard.checked}: {standard.reference}",
            )
            for id_ in law.standard_ids
            if (standard := law.standard(id_)) is not None
        ],
    )
    return sheet.done()


def _guidance_page(law: Law) -> SitePage:
    source = law.guidance.source
    sheet = Sheet("guidance.html", "Register of guidance", SECTION)
    note = f" {source.note[0].upper()}{source.note[1:]}." if source.note else ""
    sheet.text(f"As of {source.checked}: {source.reference or ''}.{note} Revision 0 is a first version without a number.")
    sheet.table(
        (
            Column("Id", 18),
            Column("Title (own words)", 42),
            Column("Newest revision known", 12),
            Column("Date", 12),
            Column("Earlier ones", 11),
            Column("Status", 11),
            Column("Confidence and note", 44),
        ),
        [
            (
                id_,
                document.title,
                document.revision or "",
                document.date or "",
                ", ".join(document.earlier),
                document.status,
                _lines((document.confidence or "", document.note or "")),
            )
            for id_, document in law.guidance.documents.items()
        ],
    )
    return sheet.done()


def _clause_pages(law: Law) -> Iterator[SitePage]:
    for id_ in law.standard_ids:
        standard = law.standard(id_)
        if standard is None or not standard.clauses:
            continue
        sheet = Sheet(f"standard-{id_}.html", f"Clauses of {standard.designation}", "Clauses of standards")
        sheet.text(standard.clauses_note or "")
        sheet.table(
            (Column("Clause", 10), Column("Title (own words)", 60), Column("Kind", 14), Column("Points into the risk file", 16)),
            [(key, item.title, item.kind or "", "yes" if item.rm_hook else "") for key, item in standard.clauses.items()],
        )
        yield sheet.done()
