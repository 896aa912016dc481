"""The commands as a person or a pipeline calls them: what they print, where, and with which exit code."""

import errno
import io
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from mdr_blueprint import __main__ as entry
from mdr_blueprint import cli
from mdr_blueprint.cli import new, terminal
from mdr_blueprint.cli.explain import explain
from mdr_blueprint.diagnostics import WriteError
from mdr_blueprint.model import KINDS, TOP_LEVEL, Control, Requirement, Risk, ready
from mdr_blueprint.model.docs import attribute_docs
from mdr_blueprint.rules import catalogue
from mdr_blueprint.rules.cases import Case, CaseFile, Cases, case

REPOSITORY = Path(__file__).parent.parent
PROJECT = "project: {id: P, title: A file, stage: draft}\n"
CHAIN = """\
needs:
  UN-1: {title: No burn}
requirements:
  REQ-1: {title: Limit, satisfies: [UN-1], verified_by: [TC-1]}
  REQ-2: {title: Cut-out, satisfies: [REQ-1], verified_by: [TC-1]}
tests:
  TC-1: {title: Trip, method: see EV-1}
evidence:
  EV-1: {title: Report}
runs:
  RUN-1: {test: TC-1, evidence: ["EV-1#2", "EV-1#3"]}
"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A small project, which is also the working folder."""
    root = tmp_path / "device"
    root.mkdir()
    (root / "project.yaml").write_text(PROJECT, "utf-8")
    (root / "chain.yaml").write_text(CHAIN, "utf-8")
    monkeypatch.chdir(root)
    return root


@pytest.fixture
def mdr(monkeypatch, capsys):
    """Run the program in this process: exit code, standard output, standard error."""
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "100")

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["mdr", *map(str, arguments)])
        with pytest.raises(SystemExit) as done:
            entry.main()
        captured = capsys.readouterr()
        return done.value.code, captured.out, captured.err

    return run


def broken(project):
    (project / "broken.yaml").write_text("needs:\n  UN-2: {titel: x}\n", "utf-8")


# ---------------------------------------------------------------- the whole


def test_help_lists_the_commands_and_exit_codes(mdr):
    code, out, _ = mdr("--help")
    assert code == 0
    for word in ("new", "check", "trace", "explain", "schema", "Exit codes: 0 no errors"):
        assert word in out


@pytest.mark.parametrize("command", ["new", "check", "trace", "explain", "schema"])
def test_help_of_each_command_has_examples(mdr, command):
    code, out, _ = mdr(command, "--help")
    assert code == 0
    assert f"  mdr {command} " in out
    assert "\b" not in out


def test_version(mdr):
    code, out, _ = mdr("--version")
    assert code == 0
    assert out.startswith("mdr-blueprint ")


@pytest.mark.parametrize("arguments", [("--nothing",), ("chek",), ("check", "--format", "xml"), ("check", "--as-of", "tomorrow"),
                                       ("trace",), ("trace", "X", "--depth", "-1")])
@pytest.mark.verifies("REQ-CLI-01")
def test_wrong_call_is_exit_code_2(mdr, project, arguments):
    code, out, err = mdr(*arguments)
    assert code == 2
    assert out == ""
    assert err


def test_usage_error_is_one_line(mdr, tmp_path):
    code, out, err = mdr("check", tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith("mdr: no project.yaml in ")
    assert err.count("\n") == 1


def raising(monkeypatch, error):
    def compile(*_args, **_kwargs):
        raise error

    monkeypatch.setattr("mdr_blueprint.pipeline.compile", compile)


@pytest.mark.verifies("REQ-CLI-01")
def test_internal_fault_goes_to_a_file(mdr, project, monkeypatch, tmp_path):
    monkeypatch.setattr(entry, "_cache_folder", lambda: tmp_path / "cache")
    raising(monkeypatch, RuntimeError("two and two is five"))
    code, out, err = mdr("check")
    fault = tmp_path / "cache" / "last-fault.txt"
    assert (code, out) == (3, "")
    assert err.startswith("mdr: internal fault: RuntimeError: two and two is five\n")
    assert str(fault) in err
    assert "Traceback" not in err
    assert "Traceback" in fault.read_text("utf-8")


def test_internal_fault_without_a_cache_folder(mdr, project, monkeypatch, tmp_path):
    (tmp_path / "cache").write_text("a file", "utf-8")
    monkeypatch.setattr(entry, "_cache_folder", lambda: tmp_path / "cache")
    raising(monkeypatch, KeyError("x"))
    code, _, err = mdr("check")
    assert code == 3
    assert "could not be written" in err


@pytest.mark.parametrize(("error", "message"), [
    (WriteError("the output is locked"), "mdr: the output is locked\n"),
    (OSError(errno.ENOSPC, "No space left on device", "build/x"), "mdr: No space left on device: build/x\n"),
    (PermissionError(errno.EACCES, "Permission denied", "build"), "mdr: Permission denied: build\n"),
])
@pytest.mark.verifies("REQ-CLI-01")
def test_nothing_written_is_exit_code_3(mdr, project, monkeypatch, error, message):
    raising(monkeypatch, error)
    assert mdr("check") == (3, "", message)


def test_interrupt_is_exit_code_130(mdr, project, monkeypatch):
    raising(monkeypatch, KeyboardInterrupt())
    assert mdr("check")[0] == 130


def test_a_reader_that_goes_away_is_no_fault(project):
    broken(project)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as pipe:
        done = subprocess.run([sys.executable, "-m", "mdr_blueprint", "check"], stdout=pipe, stderr=subprocess.PIPE, check=False,
                              env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    assert (done.returncode, done.stderr) == (1, b"")


def called(*arguments, cwd=None, before="", after="", environment=None):
    """The program, called by a shell that first does one thing and redirects in another way."""
    words = " ".join(map(shlex.quote, (sys.executable, "-m", "mdr_blueprint", *map(str, arguments))))
    return subprocess.run(["sh", "-c", f"{before} {words} {after}"], capture_output=True, text=True, check=False, cwd=cwd,
                          env={**os.environ, "PYTHONPATH": str(REPOSITORY), **(environment or {})})


on_posix = pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX closes streams and removes folders in use")


@on_posix
@pytest.mark.parametrize(("arguments", "code", "said"), [
    (["check"], 3, "mdr: standard output cannot be written: it is closed\n"),
    (["check", "--format", "json"], 3, "mdr: standard output cannot be written: it is closed\n"),
    (["--version"], 3, "mdr: standard output cannot be written: it is closed\n"),
    (["check", "/nowhere"], 2, "mdr: /nowhere is not a folder\n"),
    (["build", "--only", "data"], 0, "mdr: standard output cannot be written: it is closed; what was done is done\n"),
])
@pytest.mark.verifies("REQ-CLI-01")
def test_closed_output_is_told(project, arguments, code, said):
    done = called(*arguments, after=">&-")
    assert (done.returncode, done.stderr) == (code, said)
    assert (project / "build" / "manifest.json").is_file() == (arguments[0] == "build")


@on_posix
@pytest.mark.parametrize(("arguments", "code"), [(["check"], 0), (["check", "/nowhere"], 2), (["check", "--nothing"], 2)])
@pytest.mark.verifies("REQ-CLI-01")
def test_closed_messages_do_not_change_the_verdict(project, arguments, code):
    assert called(*arguments, after="2>&-").returncode == code
    broken(project)
    assert called("check", after="2>&-").returncode == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
@pytest.mark.parametrize(("arguments", "redirected", "code", "said"), [
    (["check"], ">/dev/full", 3, "mdr: standard output cannot be written: No space left on device\n"),
    (["--help"], ">/dev/full", 3, "mdr: No space left on device\n"),
    (["check", "/nowhere"], "2>/dev/full", 2, ""),
    (["build", "--only", "data"], ">/dev/full", 0,
     "mdr: standard output cannot be written: No space left on device; what was done is done\n"),
])
@pytest.mark.verifies("REQ-CLI-01")
def test_output_onto_a_full_disk_is_told(project, arguments, redirected, code, said):
    done = called(*arguments, after=redirected)
    assert (done.returncode, done.stderr) == (code, said)


@on_posix
@pytest.mark.parametrize("arguments", [["check"], ["build"], ["serve"], ["status"], ["import", "junit", "x.xml"]])
@pytest.mark.verifies("REQ-CLI-01")
def test_a_working_folder_that_is_gone_is_a_wrong_call(tmp_path, arguments):
    (tmp_path / "gone").mkdir()
    done = called(*arguments, cwd=tmp_path / "gone", before='rmdir "$PWD" &&')
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mdr: the working folder has been deleted; change into another one\n"


@on_posix
@pytest.mark.verifies("REQ-CLI-01")
def test_the_file_of_a_fault_is_the_users_own_and_follows_no_link(mdr, project, monkeypatch, tmp_path):
    cache, victim = tmp_path / "cache", tmp_path / "victim"
    cache.mkdir()
    victim.write_text("mine", "utf-8")
    (cache / "last-fault.txt").symlink_to(victim)
    monkeypatch.setattr(entry, "_cache_folder", lambda: cache)
    raising(monkeypatch, RuntimeError("two and two is five"))
    assert mdr("check")[0] == 3
    fault = cache / "last-fault.txt"
    assert (victim.read_text("utf-8"), fault.is_symlink(), fault.stat().st_mode & 0o777) == ("mine", False, 0o600)
    assert list(cache.iterdir()) == [fault]


@on_posix
def test_a_cache_folder_is_never_inside_a_project(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", "device")
    assert entry._cache_folder() == tmp_path / ".cache" / "mdr-blueprint"


def test_an_internal_fault_of_a_user_without_a_home(mdr, project, monkeypatch):
    def nowhere():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(entry, "_cache_folder", nowhere)
    raising(monkeypatch, KeyError("x"))
    assert mdr("check") == (3, "", "mdr: internal fault: KeyError: 'x'\n")


class Terminal(io.StringIO):
    def isatty(self):
        return True


HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b\x7f\u202e\r\n::error::owned ##[add-mask]e ##vso[task.setvariable]"


@pytest.mark.parametrize("arguments", [
    ("check", HOSTILE), ("trace", HOSTILE), ("explain", HOSTILE), ("check", "--since", HOSTILE), ("new", "x", "--template", HOSTILE),
    ("build", "--only", HOSTILE), ("import", "junit", HOSTILE), ("classify", HOSTILE),
])
@pytest.mark.verifies("REQ-CLI-06")
def test_no_argument_steers_a_terminal_or_a_service(mdr, project, arguments):
    code, out, err = mdr(*arguments)
    assert code == 2
    no_orders_in(out + err)


def no_orders_in(text):
    assert not [c for c in text if c not in "\n\t" and (ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e")], text
    assert not re.search(r"^\s*::|##[a-z]*\[", text, re.MULTILINE), text


@on_posix
@pytest.mark.verifies("REQ-CLI-06")
def test_no_file_name_and_no_title_steers_a_terminal_or_a_service(mdr, project):
    folder = project / "::error::owned"
    folder.mkdir()
    (folder / "a\x1b[2J\n::x.yaml").write_text("", "utf-8")
    (folder / "b.yaml").write_text('needs:\n  UN-7: {title: "one\\n::error::owned ##[add-mask]e", titel: x}\n', "utf-8")
    for arguments in (["check"], ["trace", "UN-7"], ["status"], ["build", "--only", "data"]):
        out, err = mdr(*arguments)[1:]
        no_orders_in(out + err)
        assert "owned" in out or arguments == ["status"]
    orders = [line for line in mdr("check", "--format", "github")[1].splitlines() if line.lstrip().startswith("::")]
    assert all(re.match(r"::(error|warning|notice) file=[^:,]*,line=\d+,col=\d+,title=[^:,]*::", line) for line in orders), orders
    assert len(orders) == len(json.loads(mdr("check", "--format", "json")[1]))


@pytest.mark.verifies("REQ-CLI-06")
def test_colours_of_ours_are_kept_and_data_is_exact(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "")
    text = f"{HOSTILE}\x1b[1mbold\x1b[0m\ttab\n"
    for stream, exact, ours, whole in ((Terminal(), False, True, False), (Terminal(), True, True, False),
                                       (io.StringIO(), False, False, False), (io.StringIO(), True, True, True)):
        monkeypatch.setattr(sys, "stdout", stream)
        terminal.say(text, exact=exact)
        assert ("\x1b[1mbold\x1b[0m\ttab\n" in stream.getvalue()) == ours
        assert (stream.getvalue() == text) == whole
        if not whole:
            no_orders_in(stream.getvalue().replace("\x1b[1mbold\x1b[0m\t", ""))


def test_help_needs_neither_model_nor_reader():
    heavy = ("pydantic", "yaml", "rich", "jinja2", "mkdocs")
    code = f"import sys, mdr_blueprint.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True,
                          env={**os.environ, "PYTHONPATH": str(REPOSITORY)})
    assert done.stdout == "[]\n"


# ---------------------------------------------------------------- check


@pytest.mark.verifies("REQ-CLI-01")
def test_check_without_errors_is_exit_code_0(mdr, project):
    code, out, err = mdr("check")
    assert (code, err) == (0, "")
    assert out.splitlines()[-1].startswith("0 errors")


@pytest.mark.verifies("REQ-CLI-01", "REQ-MSG-01")
def test_check_shows_the_line(mdr, project):
    broken(project)
    code, out, _ = mdr("check")
    assert code == 1
    assert "broken.yaml:2:10: error ID107 unknown-field: user need `UN-2` has no field `titel`; did you mean title?" in out
    assert "    2 |   UN-2: {titel: x}\n      |          ^\n" in out
    assert "\x1b" not in out


def test_check_runs_from_a_folder_inside_the_project(mdr, project, monkeypatch):
    broken(project)
    (project / "risk").mkdir()
    monkeypatch.chdir(project / "risk")
    assert "\nbroken.yaml:2:10:" in "\n" + mdr("check")[1]
    assert mdr("check", "--format", "github")[1].startswith("::error file=../broken.yaml,line=2,col=")


def test_paths_of_code_hosts_start_at_the_working_folder(mdr, project, monkeypatch):
    broken(project)
    monkeypatch.chdir(project.parent)
    assert json.loads(mdr("check", "device", "--format", "json")[1])[0]["path"] == "broken.yaml"
    assert json.loads(mdr("check", "device", "--format", "gitlab")[1])[0]["location"]["path"] == "device/broken.yaml"


def test_check_sarif_lists_every_rule(mdr, project):
    broken(project)
    code, out, _ = mdr("check", "--format", "sarif")
    log = json.loads(out)
    schema = json.loads((Path(__file__).parent / "data" / "sarif-2.1.0.json").read_text("utf-8"))
    jsonschema.Draft4Validator(schema).validate(log)
    assert code == 1
    assert [rule["id"] for rule in log["runs"][0]["tool"]["driver"]["rules"]] == [rule.code for rule in catalogue()]


@pytest.mark.parametrize(("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_colour_only_on_a_terminal_that_wants_it(project, monkeypatch, environment, coloured):
    broken(project)
    for name, value in ({"TERM": "xterm", "NO_COLOR": ""} | environment).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", Terminal())
    cli.app(["check"], standalone_mode=False)
    assert ("\x1b[" in sys.stdout.getvalue()) == coloured


# ---------------------------------------------------------------- explain


def test_explain_lists_every_rule(mdr):
    code, out, _ = mdr("explain")
    assert code == 0
    assert all(f"  {rule.code} " in out and rule.name in out for rule in catalogue())


@pytest.mark.parametrize("word", ["ID112", "id112", "dangling-reference"])
def test_explain_one_rule(mdr, word):
    code, out, _ = mdr("explain", word)
    assert code == 0
    assert out.startswith("ID112 dangling-reference\n")
    for part in ("Severity: error at every stage.", "Basis:", "Why:", "Fix:"):
        assert part in out


def test_explain_says_what_a_weight_means(mdr):
    assert "Severity: info at draft, warning at review, warning at submission." in mdr("explain", "ID104")[1]


@pytest.mark.verifies("REQ-CLI-03")
def test_every_rule_is_explained_with_its_cases(capsys):
    for rule in catalogue():
        explain(rule.code)
        out = capsys.readouterr().out
        assert ("Bad example:" in out) == ("Good example:" in out) == (case(rule.code) is not None)


def test_explain_shows_the_first_cases(mdr, monkeypatch):
    bad = Case("The requirement is missing", {"needs.yaml": CaseFile("needs:\n  UN-1: {title: x}\n"), "a": CaseFile(link="b")})
    monkeypatch.setattr("mdr_blueprint.rules.cases.case", lambda code: Cases((bad, bad), (Case("All there", {}),)))
    out = mdr("explain", "ID112")[1]
    assert out.endswith(
        "Bad example: The requirement is missing\n"
        "  # needs.yaml\n"
        "  needs:\n"
        "    UN-1: {title: x}\n"
        "  # a\n"
        "  (link to b)\n"
        "\n"
        "Good example: All there\n"
    )


@pytest.mark.parametrize(("word", "hint"), [("ID1122", "ID112"), ("dangling-referenc", "dangling-reference")])
def test_explain_of_an_unknown_rule(mdr, word, hint):
    code, _, err = mdr("explain", word)
    assert (code, err) == (2, f"mdr: no rule is called `{word}`; did you mean {hint}?\n")


# ---------------------------------------------------------------- trace


@pytest.mark.verifies("REQ-CLI-03", "REQ-GRA-02")
def test_trace_goes_both_ways(mdr, project):
    code, out, _ = mdr("trace", "REQ-1")
    assert code == 0
    assert out == (
        "REQ-1  requirement: Limit\n"
        "chain.yaml:4:3\n"
        "\n"
        "REQ-1 rests on\n"
        "├─ satisfies UN-1 No burn  chain.yaml:2\n"
        "└─ verified_by TC-1 Trip  chain.yaml:7\n"
        "\n"
        "What rests on REQ-1\n"
        "└─ satisfied_by REQ-2 Cut-out  chain.yaml:5\n"
    )


def test_trace_follows_a_record_once(mdr, project):
    out = mdr("trace", "REQ-2")[1]
    assert "└─ verified_by TC-1 Trip  chain.yaml:7\n" in out
    assert "Nothing rests on REQ-2." in out
    (project / "more.yaml").write_text("requirements:\n  REQ-3: {title: Both, satisfies: [REQ-1, REQ-2]}\n", "utf-8")
    assert "   ├─ satisfies REQ-1 Limit (*)  chain.yaml:4" in mdr("trace", "REQ-3")[1]


def test_trace_names_sections(mdr, project):
    assert "└─ evidence EV-1#2, #3 Report  chain.yaml:9\n" in mdr("trace", "RUN-1")[1]


def test_trace_says_where_it_stops(mdr, project):
    out = mdr("trace", "UN-1", "--depth", "1")[1]
    assert "satisfied_by REQ-1 Limit ...  chain.yaml:4" in out
    assert "--depth 2 shows one step more" in out
    assert "shows one step more" not in mdr("trace", "UN-1", "--depth", "0")[1]


def test_trace_as_json(mdr, project):
    answer = json.loads(mdr("trace", "un-1", "--format", "json")[1])
    assert (answer["id"], answer["kind"], answer["line"], answer["rests_on"]) == ("UN-1", "user need", 2, [])
    assert [(step["parent"], step["relation"], step["id"], step["depth"]) for step in answer["rested_on_by"]] == [
        ("UN-1", "satisfied_by", "REQ-1", 1), ("REQ-1", "satisfied_by", "REQ-2", 2),
    ]  # fmt: skip


def test_trace_of_an_unknown_id(mdr, project):
    code, _, err = mdr("trace", "REQ-11")
    assert code == 2
    assert "did you mean REQ-1?" in err


def test_trace_of_a_chain_longer_than_the_stack(mdr, project):
    links = "".join(f"  C-{n}: {{title: part, part_of: [C-{n + 1}]}}\n" for n in range(1500))
    (project / "deep.yaml").write_text(f"components:\n{links}  C-1500: {{title: whole}}\n", "utf-8")
    code, out, _ = mdr("trace", "C-0", "--depth", "0", "--format", "json")
    assert code == 0
    assert len(json.loads(out)["rests_on"]) == 1500


@pytest.mark.verifies("REQ-SRC-04")
def test_a_line_of_a_long_trace_is_as_long_as_any(mdr, project):
    """The indent of all lines of a chain would grow with the square of its length."""
    chain = "".join(f"  REQ-C{n}: {{title: Chain, satisfies: [REQ-C{n + 1}]}}\n" for n in range(300))
    (project / "chain.yaml").write_text(f"requirements:\n{chain}  REQ-C300: {{title: Chain}}\n", "utf-8")
    code, out, _ = mdr("trace", "REQ-C0", str(project), "--depth", "0")
    lines = out.splitlines()
    assert code == 0
    assert next(line for line in lines if "REQ-C40" in line).startswith(" " * 117 + "└─ satisfies REQ-C40 ")
    assert next(line for line in lines if "REQ-C300" in line).startswith("(300) " + " " * 120 + "└─ satisfies REQ-C300 ")
    assert max(map(len, lines)) < 200



# ---------------------------------------------------------------- schema


class AsEditorsRead(yaml.SafeLoader):
    """Numbers and truth values as such, a date as text: what YAML 1.2 makes of a file."""


AsEditorsRead.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@pytest.fixture(scope="module")
def schema(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schema")
    cli.app(["schema", "--output", str(folder)], standalone_mode=False)
    made = json.loads((folder / "records.schema.json").read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(made)
    return made


def problems(schema, text):
    return [error.message for error in jsonschema.Draft202012Validator(schema).iter_errors(yaml.load(text, AsEditorsRead))]


@pytest.mark.verifies("REQ-CLI-01")
def test_schema_is_written_into_a_folder_only(mdr, tmp_path):
    (tmp_path / "file").write_text("mine", "utf-8")
    code, out, err = mdr("schema", "--output", tmp_path / "file")
    assert (code, out) == (2, "")
    assert err == f"mdr: {tmp_path / 'file'} is a file; --output names the folder that records.schema.json is written into\n"
    assert (tmp_path / "file").read_text("utf-8") == "mine"
    code, _, err = mdr("schema", "--output", tmp_path / "file" / "below")
    assert code == 3
    assert "Not a directory" in err


def test_schema_knows_every_kind(schema):
    assert list(schema["properties"]) == list(TOP_LEVEL)
    assert all(cls.__name__ in schema["$defs"] for cls in KINDS.values())


def test_schema_says_what_a_field_is_for(schema):
    residual = schema["$defs"]["Risk"]["properties"]["reduction_argument"]["description"]
    assert residual == attribute_docs(ready(Risk))["reduction_argument"]
    assert schema["$defs"]["Control"]["properties"]["implemented_by"]["description"] == "Refers to: requirement, statement."
    assert schema["properties"]["gspr"]["properties"]["14.2(d)"]["description"]


def test_attribute_docs_include_those_of_the_base():
    docs = attribute_docs(ready(Requirement))
    assert "retired" in docs
    assert "kind_name" not in docs
    assert attribute_docs(ready(Control)).keys() <= Control.model_fields.keys()


@pytest.mark.parametrize("folder", ["device_example", "templates/project/blank", "templates/project/stethoscope"])
@pytest.mark.verifies("REQ-CLI-04")
def test_schema_accepts_what_the_reader_accepts(schema, folder):
    from mdr_blueprint.pipeline import compile

    unread = {f.place.path for f in compile(REPOSITORY / folder).report.findings
              if f.code in ("ID101", "ID102", "ID106", "ID107", "ID108", "ID109")}
    paths = [path for path in sorted((REPOSITORY / folder).rglob("*.yaml")) if "build" not in path.parts]
    assert paths
    for path in paths:
        if path.relative_to(REPOSITORY / folder).as_posix() not in unread:
            assert problems(schema, path.read_text("utf-8")) == [], path


@pytest.mark.parametrize("text", [
    "needs: {UN-1: {title: 12}}", "needs: {UN-1: {title: x, purpose: true}}", "needs:", "device:",
    "runs: {R-1: {test: T-1, date: 2026-03-02}}", "components: {C-1: {title: x, version: 1.10}}",
    "figures: {B0: {title: x, value: 48}, B1: {title: x, value: '0.35'}}", "needs: {UN-1: {title: x, text:}}",
    "device: {name: x, facts: {active: true, hazardous: {value: false, argument: why}, contact: implant, driven_rule: 10}}",
    "gspr: {'1': {applicable: true, facts: {device_class: IIa}}}",
    "clauses: {iec-60601-1: {'8.7.3': {verdict: P}}, own-standard: {'1': {verdict: N/A}}}",
])
def test_schema_accepts(schema, text):
    assert problems(schema, text) == []


@pytest.mark.parametrize("text", [
    "neds: {UN-1: {title: x}}", "needs: {1-UN: {title: x}}", "needs: {UN-1: {titel: x}}", "needs: {UN-1: {}}",
    "runs: {R-1: {test: T-1, date: 20260302}}", "figures: {B0: {title: x, value: much}}", "gspr: {'99.9': {applicable: true}}",
    "tests: {TC-1: {title: [x]}}", "clauses: {iec-60601-1: {'8.7.3': {verdict: pass}}}",
    "requirements: {R: {title: x, level: top}}", "device: {name: x, facts: {activ: true}}",
    "device: {name: x, facts: {contact: skin}}", "device: {name: x, facts: {device_class: IIa}}",
])
@pytest.mark.verifies("REQ-CLI-04")
def test_schema_refuses(schema, text):
    assert problems(schema, text)


# ---------------------------------------------------------------- new


@pytest.mark.verifies("REQ-CLI-02")
def test_new_writes_a_project_without_errors(mdr, tmp_path):
    code, out, err = mdr("new", tmp_path / "scanner")
    assert (code, err) == (0, "")
    assert "mdr build" in out
    ignored = (tmp_path / "scanner" / ".gitignore").read_text("utf-8")
    assert ".mdr-build-*/" in ignored
    assert ".mdr-*.tmp" in ignored
    assert not (tmp_path / "scanner" / "gitignore.txt").exists()
    assert mdr("check", tmp_path / "scanner")[0] == 0


def test_no_finding_of_a_new_project_is_about_its_form(mdr, tmp_path):
    mdr("new", tmp_path / "scanner")
    findings = json.loads(mdr("check", tmp_path / "scanner", "--format", "json")[1])
    assert [f for f in findings if f["code"].startswith("ID")] == []
    assert {f["severity"] for f in findings} <= {"info"}


@pytest.mark.verifies("REQ-CLI-02", "REQ-WRI-04")
def test_new_never_writes_into_a_folder_that_holds_files(mdr, project):
    before = sorted(project.rglob("*"))
    code, _, err = mdr("new", ".")
    assert (code, sorted(project.rglob("*"))) == (2, before)
    assert "is not an empty folder" in err


def test_new_in_a_fresh_repository(mdr, tmp_path, monkeypatch):
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    assert mdr("new", ".")[0] == 0
    assert (tmp_path / "project.yaml").is_file()


def test_new_of_an_unknown_template(mdr, tmp_path):
    code, _, err = mdr("new", tmp_path / "x", "--template", "blnk")
    assert code == 2
    assert "did you mean blank?" in err
    assert not (tmp_path / "x").exists()


def test_new_leaves_nothing_behind_on_a_full_disk(mdr, tmp_path, monkeypatch):
    real = Path.write_bytes

    def write(path, data):
        if path.name == "risk.yaml":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    code, _, err = mdr("new", tmp_path / "x")
    assert code == 3
    assert "No space left on device" in err
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_templates_hold_no_hidden_files():
    for path in (REPOSITORY / "templates" / "project").rglob("*"):
        assert not path.name.startswith("."), "packaging tools leave out hidden files"
    assert ".gitignore" in new.template_files("blank")
