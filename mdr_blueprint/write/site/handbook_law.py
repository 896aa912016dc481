"""Reference pages of the handbook on law and standards, made from the library's data."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint import conditions
from mdr_blueprint.load.law import Law
from mdr_blueprint.model.library import AnnexPoints, ClassRule, Detail, LawSource
from mdr_blueprint.tables import Column
from mdr_blueprint.tables.drives import drives_words
from mdr_blueprint.write.site.handbook_standards import standard_pages
from mdr_blueprint.write.site.pages import SitePage
from mdr_blueprint.write.site.sheet import LAW_SECTION, Sheet, doubt, lines, note


def law_pages(law: Law) -> Iterator[SitePage]:
    """One page per data file of `gspr/`."""
    yield _facts_page(law)
    yield _annex_viii_page(law)
    yield _annex_i_page(law)
    yield _points_page("annex-ii-iii.html", "Annex II and III: technical documentation", *law.technical_documentation.values())
    yield _points_page("annex-iv.html", "Annex IV: declaration of conformity", law.annex_iv)
    yield _points_page("annex-xiv.html", "Annex XIV: clinical evaluation and follow-up", law.annex_xiv)
    yield _obligations_page(law)
    yield from standard_pages(law)


def _dated(source: LawSource) -> str:
    text = f", text consolidated on {source.consolidated}" if source.consolidated else ""
    sure = f"; confidence {source.confidence}" if source.confidence else ""
    where = f"{source.regulation or source.title}{text}, checked on {source.checked}{sure}"
    return f"{where}. In our own words, no substitute for the legal text."


def _facts_page(law: Law) -> SitePage:
    sheet = Sheet("facts.html", "Vocabulary of device facts", LAW_SECTION)
    sheet.text(
        "The names and answers that a project may use under `facts`. A fact without listed answers is `true` or `false`. A "
        "*judgement* needs an argument. *Drives* counts requirements of Annex I, rules of Annex VIII, points of Annexes II, "
        "III, IV and XIV, obligations, standards and their clauses whose conditions ask for the fact, directly or "
        "through one that follows from it."
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
                lines((name, "judgement" if fact.judgement else "")),
                lines((fact.question, fact.note or "")),
                lines(f"{answer}: {words}" if words else answer for answer, words in fact.values.items())
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
    sheet = Sheet("annex-viii.html", "Annex VIII: classification rules", LAW_SECTION)
    sheet.text(_dated(annex.source))
    sheet.text(
        f"The rules are read by {annex.guidance.default}. A rule hits when its scope holds and one of its parts does; a part "
        "marked *general* hits where no other part of its rule does. The strictest hit gives the class (3.5)."
    )
    sheet.table(
        (Column("Guidance", 26), Column("Date", 10), Column("Confidence and note", 70)),
        [
            (name, revision.date or "", lines((revision.confidence or "", revision.note or "")))
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
        [(key, item.title, lines((item.text, item.note or ""))) for key, item in annex.implementing.items()],
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
                lines(
                    (
                        f"takes the place of: {rule.outcomes[outcome.replaces].clause}"
                        if outcome.replaces in rule.outcomes
                        else "",
                        f"only under {', '.join(outcome.guidance)}" if outcome.guidance else "",
                        doubt(outcome.confidence),
                        outcome.note or "",
                    )
                ),
            )
            for outcome in rule.outcomes.values()
        ],
    )


def _annex_i_page(law: Law) -> SitePage:
    sheet = Sheet("annex-i.html", "Annex I: safety and performance requirements", LAW_SECTION)
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
                lines(
                    (
                        item.topic,
                        "One answer may stand for the points below." if item.one_answer else "",
                        f"Changed: {item.changed}" if item.changed else "",
                        note(item.note),
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
                lines((text.topic, doubt(text.confidence), note(text.note))),
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
            (key, item.origin, ", ".join(item.instead), lines((doubt(item.confidence), item.note or "")))
            for key, item in law.refused.items()
        ],
    )
    return sheet.done()


def _points_page(path: str, title: str, *annexes: AnnexPoints) -> SitePage:
    sheet = Sheet(path, title, LAW_SECTION)
    sheet.text(_dated(annexes[0].source))
    sheet.text("A point that no kind of record answers is answered by a document: an evidence record that names it in `points`.")
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
                lines((point.needs, doubt(point.confidence), note(point.note))),
                conditions.words(point.when),
                ", ".join(point.kinds) or "documents",
            )
            for annex in annexes
            for point in annex.points.values()
        ],
    )
    return sheet.done()


def _obligations_page(law: Law) -> SitePage:
    sheet = Sheet("obligations.html", "Obligations by class and facts", LAW_SECTION)
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
                lines((duty.citation, doubt(duty.confidence))),
                lines((duty.duty, *map(_detail, duty.details), note(duty.note))),
                conditions.words(duty.when),
            )
            for duty in law.obligations.obligations.values()
        ],
    )
    return sheet.done()


def _detail(detail: Detail) -> str:
    return f"[{conditions.words(detail.when)}] {detail.text}" if detail.when else detail.text
