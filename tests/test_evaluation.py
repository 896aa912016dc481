"""How a risk is judged: the worked policy cell by cell, and what stays open."""

from __future__ import annotations

import pytest

from mdr_blueprint.evaluation import band_of, bands, final, level, p1_bands, p2_bands, policy_of, probability, rank
from mdr_blueprint.load import load_law
from mdr_blueprint.model import Risk, RiskPolicy, ready
from mdr_blueprint.model.risk import Estimate

P1 = ("improbable", "remote", "occasional", "probable", "frequent")
P2 = ("unlikely", "possible", "likely", "almost_certain")
SEVERITY = ("negligible", "minor", "serious", "critical", "catastrophic")
COMBINED = {
    "improbable": ("improbable", "improbable", "improbable", "improbable"),
    "remote": ("improbable", "improbable", "remote", "remote"),
    "occasional": ("improbable", "remote", "occasional", "occasional"),
    "probable": ("improbable", "occasional", "probable", "probable"),
    "frequent": ("probable", "frequent", "frequent", "frequent"),
}
ACCEPTABLE = {"negligible": "aaaaa", "minor": "aaaan", "serious": "aaann", "critical": "aannn", "catastrophic": "annnn"}
VERDICT = {"a": "acceptable", "n": "not_acceptable"}


@pytest.fixture(scope="module")
def policy():
    return load_law().policy


def estimate(**fields):
    return ready(Estimate).model_validate(fields)


@pytest.fixture
def dossier(check):
    lines = "".join(f"  HA-{word}: {{title: x, severity: {word}}}\n" for word in (*SEVERITY, "unheard_of"))
    return check(f"harms:\n{lines}  HA-none: {{title: x}}\n").dossier


def test_scales(policy):
    assert (p1_bands(policy), p2_bands(policy), policy.severity) == (P1, P2, SEVERITY)
    assert rank("remote", P1) == 1
    assert rank("never", P1) is None
    assert rank(None, P1) is None


@pytest.mark.verifies("REQ-RIS-01")
@pytest.mark.parametrize("p1", P1)
@pytest.mark.parametrize("p2", P2)
def test_the_combined_band(policy, p1, p2):
    assert probability(policy, estimate(p1=p1, p2=p2)) == COMBINED[p1][P2.index(p2)]


@pytest.mark.verifies("REQ-RIS-01")
@pytest.mark.parametrize("band", P1)
@pytest.mark.parametrize("severity", SEVERITY)
def test_the_verdict(policy, dossier, severity, band):
    judged = level(policy, dossier, estimate(p=band), f"HA-{severity}")
    assert (judged.severity, judged.probability, judged.verdict) == (
        severity,
        band,
        VERDICT[ACCEPTABLE[severity][P1.index(band)]],
    )


@pytest.mark.verifies("REQ-RIS-01")
def test_the_worked_example(policy, dossier):
    assert level(policy, dossier, estimate(p1="probable", p2="likely"), "HA-serious").verdict == "not_acceptable"
    assert level(policy, dossier, estimate(p1="remote", p2="likely"), "HA-serious").verdict == "acceptable"


@pytest.mark.verifies("REQ-RIS-01")
@pytest.mark.parametrize("severity", SEVERITY)
def test_what_cannot_be_estimated_is_judged_by_severity_alone(policy, dossier, severity):
    judged = level(policy, dossier, estimate(not_estimable="systematic software fault"), f"HA-{severity}")
    assert judged.probability is None
    assert judged.verdict == VERDICT[ACCEPTABLE[severity][-1]]


def test_a_lesser_harm_counts(policy, dossier):
    assert level(policy, dossier, estimate(p="occasional", harm="HA-minor"), "HA-critical").severity == "minor"


@pytest.mark.verifies("REQ-RIS-02")
@pytest.mark.parametrize(
    "fields",
    [{}, {"p1": "remote"}, {"p2": "likely"}, {"p1": "never", "p2": "likely"}, {"p1": "remote", "p2": "never"}, {"p": "never"}],
)
def test_what_the_policy_does_not_define_stays_open(policy, dossier, fields):
    assert level(policy, dossier, estimate(**fields), "HA-serious") is None


@pytest.mark.verifies("REQ-RIS-02")
@pytest.mark.parametrize("harm", ["HA-none", "HA-unheard_of", "HA-missing"])
def test_a_harm_without_a_known_severity_stays_open(policy, dossier, harm):
    assert level(policy, dossier, estimate(p="remote"), harm) is None
    assert level(policy, dossier, None, "HA-serious") is None


def test_an_empty_policy_judges_nothing(dossier):
    empty = ready(RiskPolicy).model_validate({})
    assert (p1_bands(empty), p2_bands(empty)) == ((), ())
    assert level(empty, dossier, estimate(p1="remote", p2="likely", not_estimable="x"), "HA-serious") is None


def test_the_project_replaces_the_policy_whole(check):
    without = check({})
    assert policy_of(without.dossier, without.law).severity == SEVERITY
    own = check("risk_policy: {severity: [bad]}\n")
    assert policy_of(own.dossier, own.law).severity == ("bad",)


def test_the_final_estimate():
    risk = ready(Risk).model_validate({"harm": "HA", "initial": {"p": "a"}, "residual": {"p": "b"}})
    assert final(risk).p == "b"
    assert final(ready(Risk).model_validate({"harm": "HA", "initial": {"p": "a"}})).p == "a"
    assert final(ready(Risk).model_validate({"harm": "HA"})) is None


EDGES = [
    ("0", "improbable"), ("9.99e-7", "improbable"), ("1e-6", "remote"), ("4e-6", "remote"), ("1e-5", "occasional"),
    ("0.001", "frequent"), ("0.5", "frequent"), ("1", "frequent"), ("1.0", "frequent"),
]  # fmt: skip


@pytest.mark.verifies("REQ-RIS-01")
@pytest.mark.parametrize(("number", "band"), EDGES)
def test_a_number_falls_into_its_band(policy, number, band):
    assert band_of(policy.probability, number) == band
    assert bands(policy, estimate(p=number)).p == band


@pytest.mark.verifies("REQ-RIS-01")
@pytest.mark.parametrize(("number", "band"), [("1e-6", "improbable"), ("1.01e-6", "remote"), ("1", "frequent"), ("0", "improbable")])
def test_the_policy_says_where_an_edge_belongs(policy, number, band):
    scale = policy.probability.model_copy(update={"edge": "band_below"})
    assert band_of(scale, number) == band


@pytest.mark.parametrize("said", ["1.5", "-0.1", "often", "1e-6 per use", "nan", "inf", "٣", "0,1", "1e-400", "1e-99999999999999999999"])
def test_what_is_no_probability_stands_as_it_is_and_has_no_verdict(policy, dossier, said):
    assert band_of(policy.probability, said) == said
    assert level(policy, dossier, estimate(p=said), "HA-serious") is None


def test_numbers_are_banded_and_then_looked_up(policy):
    found = bands(policy, estimate(p1="9e-4", p2="0.11"))
    assert (found.p1, found.p2, found.p) == ("probable", "likely", "probable")  # the product would be occasional
    assert bands(policy, estimate(p1="9e-4", p2="possible")).p == "occasional"


def test_a_project_scale_may_have_any_names(dossier):
    policy = ready(RiskPolicy).model_validate(
        {
            "severity": ["serious"],
            "probability": {"bands": {"rare": "0.01", "often": "1"}},
            "matrix": {"serious": {"rare": "acceptable"}},
        }
    )
    assert level(policy, dossier, estimate(p="0.002"), "HA-serious").verdict == "acceptable"
    assert level(policy, dossier, estimate(p="0.2"), "HA-serious") is None  # no such cell


@pytest.mark.parametrize("scale", [{"severity": ["minor"]}, {"severity": []}, {"bands": {"often": "1"}}])
def test_a_word_beside_its_scale_has_no_verdict_even_where_the_matrix_has_its_cell(dossier, scale):
    bands = scale.get("bands", {"rare": "0.01", "often": "1"})
    policy = ready(RiskPolicy).model_validate(
        {
            "severity": scale.get("severity", ["serious"]),
            "probability": {"bands": bands},
            "matrix": {"serious": {"rare": "acceptable", "often": "acceptable"}},
        }
    )
    assert level(policy, dossier, estimate(p="rare"), "HA-serious") is None


@pytest.mark.verifies("REQ-RIS-01")
def test_criteria_where_no_probability_can_be_given(policy, dossier):
    open_ = estimate(not_estimable="no data on software failures")
    assert level(policy, dossier, open_, "HA-minor").verdict == "not_acceptable"  # the highest band of the matrix
    own = policy.model_copy(update={"not_estimable": {"minor": "acceptable"}})
    judged = level(own, dossier, open_, "HA-minor")
    assert (judged.verdict, judged.probability) == ("acceptable", None)
    assert level(own, dossier, open_, "HA-serious").verdict == "not_acceptable"
    assert level(own, dossier, estimate(p="frequent"), "HA-minor").verdict == "not_acceptable"  # an estimate goes before
