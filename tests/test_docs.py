"""The handbook against the program: nothing public is undocumented, nothing documented is gone, and what is shown was run."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import pytest
import typer
import yaml

import mdr_blueprint
from mdr_blueprint.cli import app
from mdr_blueprint.cli.check import Format
from mdr_blueprint.model import KINDS
from mdr_blueprint.pipeline import present_project
from mdr_blueprint.render.documents import _Renderer
from mdr_blueprint.render.templates import OUTPUTS, read_templates
from mdr_blueprint.rules import catalogue, families
from mdr_blueprint.tables.engine import kinds as table_kinds
from mdr_blueprint.write.output import PARTS
from mdr_blueprint.write.site.handbook import handbook_pages

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("**/*.md"))
BY_HAND = [*PAGES, *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"))]
OTHER_TEXTS = [
    *(ROOT / "templates" / "project").rglob("*.yaml"),
    ROOT / "device_example" / "README.md",
    ROOT / "gspr" / "README.md",
]
REFERENCE = {page.path.removesuffix(".html"): page for page in handbook_pages()}
CODES = {rule.code for rule in catalogue()}
COMMANDS = {
    f"{name} {inner}" if inner else name: part
    for name, command in typer.main.get_command(app).commands.items()
    for inner, part in getattr(command, "commands", {"": command}).items()
}
"""Words of each command -> the command; `import junit` is one of a group."""
FENCE = re.compile(
    r'^(?P<run><!-- run -->\n)?```(?P<kind>\w*)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL
)
CANDIDATES = {"D": 18, "C": 10, "G": 21, "R": 20, "V": 20, "L": 14, "K": 18, "S": 17}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    kind: str
    text: str
    title: str | None
    run: bool


def blocks(path: Path) -> Iterator[Block]:
    for found in FENCE.finditer(path.read_text("utf-8")):
        yield Block(found["kind"], found["text"], found["title"], bool(found["run"]))


def section(page: str, heading: str) -> str:
    """The text of a section of a page, without its heading."""
    text = (DOCS / page).read_text("utf-8")
    start = re.search(rf"^#+ {re.escape(heading)}$", text, re.MULTILINE)
    assert start, f"{page} has no section {heading}"
    return re.split(r"^## ", text[start.end() :], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text, without header lines and code marks."""
    lines = [
        [cell.strip().strip("`") for cell in line.strip("| ").split(" | ")] for line in text.splitlines() if line.startswith("| ")
    ]
    return [line for line in lines if not set("".join(line)) <= set("-|")]


# --- nothing is undocumented, nothing documented is gone


def test_every_page_is_in_the_navigation() -> None:
    config = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert {path.name for path in PAGES} == set(re.findall(r"^  - [^:]+: (\S+\.md)$", config, re.MULTILINE))


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.verifies("REQ-CLI-05")
def test_a_command_is_documented_with_all_its_options(name: str) -> None:
    text = section("command_line.md", f"mdr {name}")
    known = {option for param in COMMANDS[name].params for option in param.opts if option.startswith("--")}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text)) == known - {"--help"}


def test_every_format_is_documented() -> None:
    assert [row[0] for row in rows(section("command_line.md", "mdr check"))[1:]] == list(get_args(Format))


def test_no_command_is_documented_that_is_gone() -> None:
    assert set(re.findall(r"^## mdr ([\w ]+)$", (DOCS / "command_line.md").read_text("utf-8"), re.MULTILINE)) == set(COMMANDS)


def test_commands_named_anywhere_exist() -> None:
    texts = {name_of(path): path.read_text("utf-8") for path in (*BY_HAND, *OTHER_TEXTS)}
    texts |= {rule.code: f"{rule.why} {rule.fix}" for rule in catalogue()}
    unknown = [
        f"{where}: mdr {word}"
        for where, text in texts.items()
        for word in re.findall(r"(?:`|\$ |^  |- )mdr ([a-z]+)", text, re.MULTILINE)
        if word not in {name.split()[0] for name in COMMANDS}
    ]
    assert not unknown


@pytest.mark.parametrize("path", BY_HAND, ids=name_of)
def test_options_in_commands_exist(path: Path) -> None:
    for line in path.read_text("utf-8").splitlines():
        call = re.search(rf"(?:\$ |run: |- |`|^  )mdr ({'|'.join(COMMANDS)})\b([^`]*)", line)
        if call is None:
            continue
        known = {option for param in COMMANDS[call[1]].params for option in param.opts} | {"--help", "-h"}
        assert set(re.findall(r"(?<!\w)--[a-z][a-z-]*", call[2])) <= known, line


def test_make_targets_and_checks_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for path in BY_HAND:
        for target in re.findall(r"(?:`|\$ )make ([a-z]+)", path.read_text("utf-8")):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    tree = ast.parse((ROOT / "tools" / "check.py").read_text("utf-8"))
    checks = next(
        node.value for node in tree.body if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "CHECKS"
    )
    assert isinstance(checks, ast.Dict)
    names = [key.value for key in checks.keys if isinstance(key, ast.Constant)]
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert [row[0] for row in rows(text) if row[0] in names] == names
    for call in re.findall(r"tools/check\.py ([a-z ]+)$", text, re.MULTILINE):
        assert set(call.split()) <= set(names)


def test_every_table_is_documented() -> None:
    documented = rows(section("documents.md", "Tables"))[1:]
    shown = [(row[0], row[2] if len(row) > 2 else "", len(row) > 3 and row[3] == "sheet") for row in documented]
    assert sorted(shown) == sorted((kind.name, kind.option or "", kind.sheet) for kind in table_kinds().values())


def test_every_document_is_documented(tmp_path: Path) -> None:
    project = start(tmp_path)
    templates, faults = read_templates(present_project(project).compilation.sources)
    assert not faults
    documented = rows(section("documents.md", "The documents of this version"))[1:]
    assert documented == [[template.id, template.title, str(template.order)] for template in templates]
    front = section("documents.md", "Front matter")
    assert all(f"`{output}`" in front for output in OUTPUTS)


def test_every_name_and_filter_of_templates_is_documented(tmp_path: Path) -> None:
    renderer = _Renderer(present_project(start(tmp_path)).tables, {}, {})
    from jinja2.defaults import DEFAULT_FILTERS, DEFAULT_NAMESPACE

    names = set(renderer.environment.globals) - set(DEFAULT_NAMESPACE) | {"document"}
    filters = {name for name in renderer.environment.filters if name.isidentifier()} - set(DEFAULT_FILTERS)  # others no template can call
    text = section("documents.md", "Body")
    cut = text.index("| Filter |")
    spoken = {name for cells in re.findall(r"^\| (`.*?) \|", text[:cut], re.MULTILINE) for name in re.findall(r"`(\w+)", cells)}
    assert spoken == names
    assert set(re.findall(r"^\| `(\w+)`", text[cut:], re.MULTILINE)) == filters


def test_every_family_is_documented() -> None:
    assert {row[0] for row in rows(section("concepts.md", "Rules and findings"))[1:]} == set(families)


@pytest.mark.parametrize("path", [*BY_HAND, *OTHER_TEXTS], ids=name_of)
def test_codes_of_rules_exist(path: Path) -> None:
    named = set(re.findall(rf"\b(?:{'|'.join(families)})[1-9]\d\d\b", path.read_text("utf-8")))
    assert named <= CODES


def test_every_part_of_an_output_is_documented(tmp_path: Path) -> None:
    text = (DOCS / "outputs.md").read_text("utf-8")
    documented = {row[0]: set(re.findall(r"(\w+)/", row[1])) for row in rows(section("outputs.md", "Parts"))[1:]}
    assert documented == {part: set(folders) for part, folders in PARTS.items()}
    built = mdr_blueprint.build(start(tmp_path), only=("data",))
    manifest = json.loads((built.output / "manifest.json").read_text("utf-8"))
    assert [row[0] for row in rows(section("outputs.md", "manifest.json"))[1:]] == list(manifest)
    data = json.loads((built.output / "data" / "dossier.json").read_text("utf-8"))
    assert all(f"`{key}`" in text for key in data if key not in ("tool", "revision"))


def test_layers_are_those_of_the_contract() -> None:
    contract = next(
        c
        for c in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
        if c["type"] == "layers"
    )
    layers = [layer.replace(" : ", ", ") for layer in contract["layers"]]
    assert "\n".join(layers) + "\n" in section("architecture.md", "Layers")
    one_line = " ".join((ROOT / "CONTRIBUTING.md").read_text("utf-8").split())
    assert " > ".join(layer.replace(" | ", ", ") for layer in layers) in one_line


def test_every_candidate_stands_once() -> None:
    wanted = [f"{letter}-{n:02}" for letter, last in CANDIDATES.items() for n in range(1, last + 1)] + [
        f"L{n:02}" for n in range(1, 25)
    ]
    found = [row for row in rows((DOCS / "candidates.md").read_text("utf-8")) if re.fullmatch(r"[A-Z]-?\d\d", row[0])]
    assert Counter(row[0] for row in found) == Counter(wanted)
    for row in found:
        assert "".join(row[2:]), f"{row[0]} has neither a rule nor a reason"


# --- links, paths, snippets


@pytest.mark.parametrize("path", BY_HAND, ids=name_of)
def test_links_resolve(path: Path) -> None:
    text = FENCE.sub("", path.read_text("utf-8"))
    for target in re.findall(r"\]\(([^)\s]+)\)", re.sub(r"`[^`\n]*`", "", text)):
        if "://" in target:
            continue
        place, _, anchor = target.partition("#")
        if place.startswith("example/"):
            assert place == "example/index.md", "only the first page of the example has an address that this test knows"
        elif place.startswith("reference/"):
            page = REFERENCE[place.removeprefix("reference/").removesuffix(".md")]
            assert not anchor or f'id="{anchor}"' in page.body, target
        else:
            file = (path.parent / place).resolve() if place else path
            assert file.is_file(), target
            if anchor:
                headings = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
                assert anchor in {re.sub(r"[^\w]+", "-", heading.lower()).strip("-") for heading in headings}, target


@pytest.mark.parametrize("path", BY_HAND, ids=name_of)
def test_paths_named_exist(path: Path) -> None:
    folders = "docs|tools|tests|mdr_blueprint|gspr|risk|templates|device_example|requirements"
    for named in re.findall(rf"`((?:{folders})/[\w./-]*)`", path.read_text("utf-8")):
        in_project = named.startswith(("templates/", "risk/")) and not (ROOT / named).exists()
        made = named.startswith(("device_example/build", "mdr_blueprint/_library"))
        pattern_of_names = named.endswith("CODE.yaml")
        assert in_project or made or pattern_of_names or (ROOT / named).exists(), named


@pytest.mark.parametrize("path", BY_HAND, ids=name_of)
@pytest.mark.verifies("REQ-CLI-05")
def test_records_in_snippets_are_read(path: Path, tmp_path: Path) -> None:
    """A reference may dangle in a snippet; kinds, fields and values are those of the program."""
    for number, block in enumerate(b for b in blocks(path) if b.kind == "yaml"):
        keys = re.findall(r"^(\w+):", block.text, re.MULTILINE)
        if not keys or not set(keys) <= set(KINDS):
            continue
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "project.yaml").write_text("project: {title: Snippet}\n", "utf-8")
        (folder / "records.yaml").write_text(block.text, "utf-8")
        findings = mdr_blueprint.compile(folder).report.findings
        assert not [f.message for f in findings if f.severity == "error" and f.code not in ("ID112", "GSPR302")]


@pytest.mark.parametrize("path", BY_HAND, ids=name_of)
def test_yaml_in_snippets_is_yaml(path: Path) -> None:
    for block in blocks(path):
        if block.kind == "yaml":
            yaml.safe_load(block.text)


def test_a_job_on_changes_of_strangers_has_no_rights() -> None:
    (workflow,) = (yaml.safe_load(block.text) for block in blocks(DOCS / "untrusted.md") if block.kind == "yaml")
    assert workflow[True] == "pull_request"  # YAML 1.1 reads the key `on` as true
    assert workflow["permissions"] == {"contents": "read"}
    (job,) = workflow["jobs"].values()
    assert job["timeout-minutes"]
    assert "--network none" in job["env"]["LIMITS"]
    scripts = [step["run"] for step in job["steps"] if "run" in step]
    assert all("${{" not in script for script in scripts), "an expression in a script is a way in"
    ours = [script for script in scripts if " mdr " in script]
    assert len(ours) == 2
    assert all("docker run $LIMITS " in script and ":/change:ro" in script and "timeout " in script for script in ours)
    assert "secrets." not in str(workflow)


@pytest.mark.parametrize("path", BY_HAND, ids=name_of)
def test_python_in_snippets_is_python(path: Path) -> None:
    for block in blocks(path):
        if block.kind == "python":
            tree = ast.parse(block.text if not block.text.startswith(" ") else "if True:\n" + block.text)
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "mdr_blueprint":
                    assert hasattr(mdr_blueprint, node.attr)


def test_our_words() -> None:
    for path in BY_HAND:
        assert not re.search(r"\bcompliant\b|\bwill be added\b|\bcoming soon\b", path.read_text("utf-8"), re.IGNORECASE), (
            path.name
        )


# --- transcripts


def start(folder: Path) -> Path:
    subprocess.run([sys.executable, "-m", "mdr_blueprint", "new", "lamp"], cwd=folder, check=True, capture_output=True)
    return folder / "lamp"


class Shell:
    """The few commands of a transcript, in a folder of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.code = 0

    def run(self, line: str) -> str:
        words = line.split()
        if words[0] == "cd":
            self.folder = self.folder / words[1]
            return ""
        if words[0] == "ls":
            place = self.folder.joinpath(*words[1:])
            return "".join(
                f"{name}\n"
                for name in sorted(path.name for path in place.iterdir())
                if not name.startswith(".") and name != "build"
            )
        if line == "echo $?":
            return f"{self.code}\n"
        assert words[0] == "mdr", f"a transcript does not run {line}"
        environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "80", "PYTHONUTF8": "1"}
        done = subprocess.run(
            [sys.executable, "-m", "mdr_blueprint", *words[1:]],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        self.code = done.returncode
        return done.stdout + done.stderr

    def edit(self, block: Block) -> None:
        target = self.folder / str(block.title)
        if block.kind != "diff":
            target.write_text(block.text, "utf-8")
            return
        lines = block.text.splitlines(keepends=True)
        old = "".join(line[1:] for line in lines if line[0] in " -")
        new = "".join(line[1:] for line in lines if line[0] in " +")
        text = target.read_text("utf-8")
        assert f"\n{text}".count(f"\n{old}") == 1, f"{block.title} does not hold once:\n{old}"
        target.write_text(f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:], "utf-8")


def pattern(expected: str) -> str:
    """`...` on its own line stands for any lines, inside a line for any words."""
    return "".join(
        r"(?:.*\n)*?" if line == "..." else re.escape(line).replace(r"\.\.\.", ".*") + r"\n" for line in expected.splitlines()
    )


@pytest.mark.parametrize("path", [path for path in BY_HAND if "<!-- run -->" in path.read_text("utf-8")], ids=name_of)
@pytest.mark.verifies("REQ-CLI-05")
def test_transcripts_are_true(path: Path, tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    for block in blocks(path):
        if block.title:
            shell.edit(block)
        if not block.run:
            continue
        for call in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
            line, _, expected = call.partition("\n")
            output = shell.run(line)
            assert re.fullmatch(pattern(expected), output), f"$ {line}\n--- shown\n{expected}--- was\n{output}"
