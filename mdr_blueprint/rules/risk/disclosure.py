"""Whether those who bear a residual risk are told of it (ISO 14971:2019, clause 8; Annex I 4 and 23.4(g))."""

from __future__ import annotations

from collections.abc import Iterator

from mdr_blueprint.diagnostics import Related
from mdr_blueprint.evaluation import final, policy_of, rank, severity
from mdr_blueprint.facts import Known
from mdr_blueprint.load import Dossier, Entry, Law
from mdr_blueprint.model import Risk, RiskPolicy, Situation, Statement
from mdr_blueprint.rules.engine import Found, entries, live, rule
from mdr_blueprint.rules.questions import base, lacks, listed
from mdr_blueprint.rules.risk.effect import INFORMATION, controls_of
from mdr_blueprint.rules.risk.naming import call_risk

TOLD = "MDR Annex I 4 (last sentence), 23.1(g) and 23.4(g); ISO 14971:2019 8"
READ = frozenset({"ifu", "label"})
"""Where patients and users look before they use the device."""
WORDS = {"packaging": "on the packaging", "display": "on the display"}


def _disclosing(dossier: Dossier, risk: Entry[Risk]) -> list[tuple[int, Entry[Statement]]]:
    """The statements that disclose a risk, those that are there and not retired, with their place in the list."""
    found = ((index, dossier.get(base(id_), Statement)) for index, id_ in enumerate(risk.record.disclosed_in))
    return [(index, entry) for index, entry in found if entry is not None and live(dossier, entry)]


@rule("RISK442", "E", basis="ISO 14971:2019 8; MDR Annex I 4 (last sentence) and 23.4(g)")
def undisclosed_residual_risk(dossier: Dossier) -> Iterator[Found]:
    """A residual risk that had to be weighed is not disclosed to the user.

    Why: users and patients decide about a risk that is left only if they are told of it.
    Fix: write the statement that discloses it and name it in `disclosed_in`.
    """
    for entry in entries(dossier, Risk):
        if entry.record.benefit_risk and lacks(entry, "disclosed_in"):
            yield Found.on(entry, f"{call_risk(dossier, entry)} is weighed against the benefits, but no statement tells the "
                           "user of it", "disclosed_in")


@rule("RISK466", "E", basis=TOLD, requires=("RISK409", "RISK426", "RISK428", "RISK442", "RISK463"))
def undisclosed_by_policy(dossier: Dossier, law: Law) -> Iterator[Found]:
    """A residual risk is not disclosed although the risk policy asks for it.

    Why: Annex I 4 asks to inform users of any residual risk, and the policy says from which severity on it takes a statement;
    this risk is as severe, and no sentence tells of it.
    Fix: write the statement that discloses the risk and name it in `disclosed_in`.
    """
    policy = policy_of(dossier, law)
    least = rank(policy.disclose_from, policy.severity)
    if least is None:
        return
    own = dossier.get("risk_policy", RiskPolicy)
    related = (Related("the policy asks for it here", own.at("disclose_from")),) if own else ()
    for entry in entries(dossier, Risk):
        grade = severity(dossier, final(entry.record), entry.record.harm)
        reached = rank(grade, policy.severity)
        if reached is not None and reached >= least and lacks(entry, "disclosed_in"):
            yield Found.on(entry, f"{call_risk(dossier, entry)} is left with severity `{grade}`, and the risk policy asks for "
                           f"disclosure from `{policy.disclose_from}` on, but no statement tells the user of it", "disclosed_in",
                           related=related)


@rule("RISK467", "E", basis=TOLD)
def disclosure_nobody_reads(dossier: Dossier, known: Known) -> Iterator[Found]:
    """A residual risk to patients or users is disclosed only where they do not look before use.

    Why: packaging is thrown away and a display speaks when the decision is taken; who weighs whether to use the device reads the
    instructions and the label.
    Fix: name in `disclosed_in` a statement that is shown in the IFU or on the label.
    """
    read = READ | {"display"} if known.stated.get("hardware") == "false" else READ
    for entry in entries(dossier, Risk):
        situation = dossier.get(entry.owner or "", Situation)
        if situation is None or not {"patient", "user"} & set(situation.record.exposed):
            continue
        statements = [statement for _, statement in _disclosing(dossier, entry)]
        places = [set(statement.record.shown_on) for statement in statements]
        shown = set().union(*places)
        if not shown or shown & read or set() in places:
            continue  # LAB603 tells of a statement that is shown nowhere
        named = listed([f"`{statement.id}`" for statement in statements])
        where = listed([words for place, words in WORDS.items() if place in shown])
        exposed = listed([f"the {who}" for who in ("patient", "user") if who in situation.record.exposed])
        yield Found.on(entry, f"{call_risk(dossier, entry)} exposes {exposed}, but what discloses it ({named}) is shown only "
                       f"{where}", "disclosed_in", related=[Related("shown here", statements[0].at("shown_on"))])


@rule("RISK468", "W", basis="MDR Annex I 4(c) and 4 (last sentence); ISO 14971:2019 7.1(c) and 8")
def disclosure_counted_as_control(dossier: Dossier) -> Iterator[Found]:
    """The sentence that discloses a residual risk is the very one that is to reduce it.

    Why: information for safety says what to do so that nothing happens; a disclosure says what can happen all the same, and
    lowers no risk. One sentence for both is credited twice, or tells only half.
    Fix: name in `disclosed_in` a statement of its own that says what risk is left.
    """
    for entry in entries(dossier, Risk):
        if not entry.record.disclosed_in:
            continue
        controls = [control for control in controls_of(dossier, entry) if control.record.kind == INFORMATION]
        by = {base(id_): control for control in reversed(controls) for id_ in control.record.implemented_by}
        disclosing = _disclosing(dossier, entry)
        if disclosing and by and all(statement.id in by for _, statement in disclosing):
            index, statement = disclosing[0]
            control = by[statement.id]
            named = listed([f"`{statement.id}`" for _, statement in disclosing])
            measures = listed(list(dict.fromkeys(f"`{by[statement.id].id}`" for _, statement in disclosing)))
            yield Found.on(entry, f"{call_risk(dossier, entry)} is disclosed by {named} alone, which is also what implements its "
                           f"control {measures}", "disclosed_in", index,
                           related=[Related("counted as risk control here", control.at("implemented_by"))])
