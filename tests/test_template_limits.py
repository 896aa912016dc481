"""A template ends and stays small, whatever stands in it; what it may not do costs one document, and is told at its line."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from mdr_blueprint.diagnostics import Fault, Place
from mdr_blueprint.markdown import plain_blocks
from mdr_blueprint.pipeline import compile
from mdr_blueprint.render import Document, TableBlock, render, sandbox
from mdr_blueprint.render.documents import _Renderer
from mdr_blueprint.render.templates import Template
from mdr_blueprint.revision import Revision
from mdr_blueprint.tables import Inputs, Tables

HEAD = "---\ntitle: Test\norder: 5\n---\n"
LOOPS = "{% for i in range(100000) %}{% for j in range(100000) %}"
ENDS = "{% endfor %}{% endfor %}"


PATH = "templates/documents/x.md.j2"


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    return project(tmp_path_factory.mktemp("project"))


def project(folder: Path) -> Tables:
    (folder / "project.yaml").write_text("project: {id: DEMO, title: T}\ndevice: {name: Box}\n")
    made = compile(folder)
    return Tables(Inputs(made.sources, made.dossier, made.graph, made.law, made.report, Revision("test")))


def filled(tables: Tables, body: str, **partials: str) -> tuple[Document | None, list[Fault]]:
    """One template alone, its body from line 5 on."""
    pieces = {f"{name}.md.j2": (f"templates/partials/{name}.md.j2", text) for name, text in partials.items()}
    renderer = _Renderer(tables, pieces, {})
    return renderer.render(Template("x", "Test", "", 5, ("site", "word"), body, PATH, 5)), renderer.faults


def told(tables: Tables, body: str, **partials: str) -> str:
    """Line and words of the one fault of a template that is left out."""
    document, (fault,) = filled(tables, body, **partials)
    assert document is None
    assert fault.kind == "template"
    return f"{fault.place.line}: {fault.message}"


@pytest.mark.verifies("REQ-OUT-08", "REQ-SRC-04")
@pytest.mark.parametrize(
    ("body", "line"),
    [
        (f"one\n{LOOPS}\n{ENDS}", 6),
        (f"{LOOPS}{{% set x = i * j %}}{ENDS}", 5),
        ("{% for i in range(100000) if range(100000) | select('odd') | list | length == 0 %}{% endfor %}", 5),
        ("{% macro m(n) %}{% if n %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}\n{{ m(100) }}", 5),
        ("{% for x in [1] recursive %}{{ loop([1, 2]) if loop.depth < 60 }}{% endfor %}", 5),
        ("{% macro m() %}{{ caller() }}{{ caller() }}{% endmacro %}" + "{% call m() %}" * 18 + f"{LOOPS}{ENDS}" + "{% endcall %}" * 18, 5),
        ("{% for i in range(100000) %}{{ range(100000) | map('string') | join | length }}{% endfor %}", 5),
    ],
    ids=["loops", "set", "condition", "macros", "recursive loop", "callers", "filters"],
)
def test_a_template_that_takes_too_long_is_left_out(tables, monkeypatch, body, line):
    monkeypatch.setattr(sandbox, "SECONDS", 0.3)
    monkeypatch.setattr(sandbox, "LARGEST", 1 << 60)
    assert told(tables, body).startswith(f"{line}: the template takes more than 0.3 s; document `x` is left out")


def test_the_limit_holds_in_any_thread(tables, monkeypatch):
    """`mdr serve` builds in another one, where no alarm rings."""
    monkeypatch.setattr(sandbox, "SECONDS", 0.3)
    found = []
    thread = threading.Thread(target=lambda: found.append(told(tables, LOOPS + ENDS)))
    thread.start()
    thread.join()
    assert "takes more than 0.3 s" in found[0]


def test_partials_that_include_themselves_twice_end(tables, monkeypatch):
    monkeypatch.setattr(sandbox, "SECONDS", 0.3)
    body = "{% include 'p.md.j2' %}"
    half = "{% set n = (n or 0) + 1 %}{% if n < 40 %}{% include 'p.md.j2' %}{% include 'p.md.j2' %}{% endif %}"
    found = told(tables, "{% set n = 0 %}" + body, p=half)
    assert "the template, included by templates/documents/x.md.j2 takes more than 0.3 s" in found


@pytest.mark.verifies("REQ-OUT-08", "REQ-SRC-04")
@pytest.mark.parametrize(
    "body",
    [
        "{{ 'a' * 10**10 }}",
        "{{ 10**10 * 'a' }}",
        "{{ ([1] * 10**10) | length }}",
        "{{ (('a' * 1000,) * 1000000) | length }}",
        "{{ 10 ** (10 ** 10) }}",
        "{% set n = namespace(x=10**1000) %}{% for i in range(100) %}{% set n.x = n.x * n.x %}{% endfor %}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '%.1000000000f' | format(1.5) }}",
        "{{ ('%99999d' * 1000) % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '{:{w}}'.format(1, w=1000000000) }}",
        "{{ '{x:1000000000}'.format_map({'x': 1}) }}",
        "{{ ('{0:99999}' * 1000).format(1) }}",
        "{{ 'a' | center(10**9) }}",
        "{{ 'a'.center(10**9) }}",
        "{{ 'a'.ljust(10**9) }}",
        "{{ 'a'.rjust(10**9) }}",
        "{{ '1'.zfill(10**9) }}",
        "{{ ('\\t' * 1000).expandtabs(99999) }}",
        "{{ (1).to_bytes(10**9) }}",
        "{{ ('\\n' * 100000) | indent(10000, blank=true) }}",
        "{{ ('a\\n' * 10000) | indent('x' * 10000) }}",
        "{{ ('a ' * 10000) | wordwrap(1, wrapstring='x' * 10000) }}",
        "{{ 'a' * 10000 | replace('', 'x' * 1000) }}",
        "{{ ('a' * 10000) | replace('a', 'x' * 10000) }}",
        "{{ ('a' * 10000).replace('a', 'x' * 10000) }}",
        "{{ ('a' * 10000).translate({97: 'x' * 10000}) }}",
        "{{ range(100000) | join('x' * 1000) }}",
        "{{ range(100000) | map('string') | listed | length }}{% set x = 'x' * 8000 %}{{ [x] * 900 + [x] * 900 }}",
        "{% set x = 'x' * 100000 %}{{ range(1000) | map('replace', '', x) | list | length }}",
        "{{ ('x' * 1000).join(['a'] * 10000) }}",
        "{% set x = 'x' * 100000 %}{{ x ~ x ~ x ~ x ~ x ~ x ~ x ~ x ~ x ~ x ~ x }}",
        "{% set n = namespace(x='aaaaaaaaaa') %}{% for i in range(30) %}{% set n.x = n.x + n.x %}{% endfor %}",
        "{% set n = namespace(x='aaaaaaaaaa') %}{% for i in range(30) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
        "{% set n = namespace(x=['aaaaaaaaaa']) %}{% for i in range(30) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x | string | length }}",
        "{% set n = namespace(x=['aaaaaaaaaa']) %}{% for i in range(30) %}{% set n.x = {'a': n.x, 'b': n.x}.values() %}{% endfor %}{{ n.x | string | length }}",
        "{% set n = namespace(x='aaaaaaaaaa') %}{% for i in range(30) %}{% set n.x = dict(a=n.x, b=n.x) %}{% endfor %}{{ n.x | string | length }}",
        "{{ range(10**9) | list }}",
        "{{ [1, 2] | batch(10**9, 0) | list | length }}",
        "{{ [1, 2] | slice(10**9) | list | length }}",
        "{{ 1.5 | round(10**9, 'ceil') }}",
        "{{ {'a': [1] * 1000} | tojson(indent=99999) }}",
        "{{ ([[1] * 100] * 10000) | sum(start=[]) | length }}",
        "{{ ('<!-- -->' * 20000) | striptags }}",
        "{% for i in range(100000) %}" + "word " * 100 + "{% endfor %}",
        "{% for i in range(100000) %}{{ device.name }} {{ 'a' * 100 }}{% endfor %}",
        "{% set x %}{% for i in range(100000) %}{{ 'a' * 1000 }}{% endfor %}{% endset %}",
        "{% for x in [range(100000)] recursive %}" + "word " * 100 + "{{ loop(x) if loop.depth == 1 }}{% endfor %}",
        "{% for i in range(100000) %}{{ device.name | prose }}{{ ('a' * 1000) | prose }}{% endfor %}",
        "{% for i in range(100000) %}{% include 'p.md.j2' %}{% endfor %}",
        "{{ 'a' | pprint }}",
        "{{ lipsum(10**9) }}",
    ],
)  # fmt: skip
def test_a_template_makes_nothing_huge(tables, monkeypatch, body):
    """Each of them would take all memory, or seconds to years. They do not come to the limit of time."""
    monkeypatch.setattr(sandbox, "LARGEST", 1_000_000)
    found = told(tables, body, p="text " * 100)
    assert found.startswith("5: ")
    assert "takes more than" not in found


def test_the_other_documents_stand(tmp_path):
    folder = tmp_path / "templates" / "documents"
    folder.mkdir(parents=True)
    (folder / "x.md.j2").write_text(HEAD + "\n{{ 'a' * 10**10 }}")
    (folder / "y.md.j2").write_text(HEAD + "Still here: {{ device.name }}\n")
    result = render(project(tmp_path))
    (fault,) = result.faults
    assert (fault.place, fault.message) == (
        Place(PATH, 6), "the template makes a text or a list of more than 8,000,000 signs; document `x` is left out"
    )  # fmt: skip
    assert fault.fix == "print less: a table in its place, `::table NAME`, shows any number of records"
    found = {document.id: plain_blocks(document.blocks) for document in result.documents if document.id in ("x", "y")}
    assert found == {"y": "Still here: Box"}


def test_an_error_without_words_is_named(tables, monkeypatch):
    def fails(*arguments: object) -> None:
        raise MemoryError

    monkeypatch.setattr(sandbox, "_percent", fails)
    monkeypatch.setitem(sandbox.Sandbox.default_binop_table, "-", fails)
    monkeypatch.setattr(sandbox.Sandbox, "intercepted_binops", frozenset("-"))
    assert told(tables, "{{ 2 - 1 }}") == "5: a fault in the template: MemoryError; document `x` is left out"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ("{% for i in [3, 4] %}{{ loop.index }}/{{ loop.length }}:{{ i }}{{ ', ' if not loop.last }}{% else %}none{% endfor %}", "1/2:3, 2/2:4"),
        ("{% for i in [] %}{{ i }}{% else %}none{% endfor %}", "none"),
        ("{% for a, b in [(1, 2), (3, 4)] if a > 1 %}{{ a }}{{ b }}{% endfor %}", "34"),
        ("{% for x in [{'n': 1, 'c': [{'n': 2, 'c': []}]}] recursive %}{{ x.n }}{{ loop(x.c) }}{% endfor %}", "12"),
        ("{{ 'a' * 3 ~ 1 + 2 ~ '%d-%s' % (5, 'x') ~ 2 ** 10 ~ 7 % 4 }}", "aaa125-x10243"),
        ("{{ '{:>4}|{name}'.format(1, name='b') }}{{ '{x}'.format_map({'x': 2}) }}", "1|b2"),
        ("{{ ['a', 'b'] | join(', ') }}{{ [{'k': 1}, {'k': 2}] | join('+', attribute='k') }}{{ ['c', 'd'] | listed }}", "a, b1+2c, d"),
        ("{{ ', '.join([{'k': 'a'}, {'k': 'b'}] | map(attribute='k')) }}{{ ('x' * 1000000) | length }}", "a, b1000000"),
        ("{{ 'ab'.replace('a', 'c') }}{{ 'x' | center(3) | trim }}{{ ','.join(['a', 'b']) }}{{ [1, 2, 3] | sum }}{{ 2.26 | round(1) }}", "cbxa,b62.3"),
        ("{% set n = namespace(total=0) %}{% for i in range(4) %}{% set n.total = n.total + i %}{% endfor %}{{ n.total }}", "6"),
        ("{{ [1, 2, 3, 4] | batch(2) | map('join', '-') | join('; ') }}{{ (1, 2) | first }}{{ {'a': 1}.a }}", "1-2; 3-411"),
    ],
)
def test_what_templates_do_is_as_ever(tables, body, shown):
    document, faults = filled(tables, body)
    assert not faults
    assert document is not None
    assert plain_blocks(document.blocks) == shown


def test_a_table_in_a_loop_stands_there_some_times(tables):
    document, (fault,) = filled(tables, "{% for i in range(500) %}\n::table risks\n\n{% endfor %}\n::table hazards\n")
    assert fault.place == Place(PATH, 6)
    assert fault.message == "table `risks` stands in the document more than 20 times; the rest is left out"
    assert document is not None
    assert [block.table.name for block in document.blocks if isinstance(block, TableBlock)] == ["risks"] * 20 + ["hazards"]
