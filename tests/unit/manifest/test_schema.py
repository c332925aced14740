"""The JSON Schema and the reference page say everything the table of fields says."""

from __future__ import annotations

from pathlib import Path

import jsonschema
import pytest
import yaml

from campctl.findings.docs import BASE
from campctl.manifest.decode import definition
from campctl.manifest.fields import NOUNS, SECTIONS
from campctl.manifest.load import load
from campctl.manifest.reference import markdown
from campctl.manifest.schema import json_schema
from campctl.model import campaign as model

ROOT = Path(__file__).parents[3]
SCHEMA = json_schema()
FIELDS = [(noun, field) for noun in NOUNS for field in noun.fields]
FILES = sorted([*ROOT.glob("seeds/**/*.yaml"), *ROOT.glob("examples/**/campaign.yaml")])


def errors(text: str) -> list[str]:
    return [error.message for error in jsonschema.Draft7Validator(SCHEMA).iter_errors(yaml.safe_load(text))]


def test_it_is_a_schema():
    """The schema is valid draft 7."""
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("noun", "field"), FIELDS, ids=lambda value: value.name)
def test_every_field_is_in_the_schema_and_on_the_page(noun, field):
    """Every field of every noun is in the schema with its meaning, and on the reference page."""
    definition_of = SCHEMA["definitions"][definition(noun)]
    assert field.doc in definition_of["properties"][field.name]["description"]
    assert (field.name in definition_of.get("required", ())) is field.required
    assert f"| `{field.name}` |" in markdown().split(f"## {noun.name}\n")[1].split("\n## ")[0]


@pytest.mark.parametrize("noun", [noun for noun in NOUNS if noun.model], ids=lambda noun: noun.name)
def test_every_field_has_its_attribute(noun):
    """What a noun with a model of its own reads are attributes of that model."""
    assert {field.attr or field.name for field in noun.fields} <= set(noun.model.__struct_fields__)


@pytest.mark.parametrize(
    ("section", "struct"),
    [
        ("offices", model.Office),
        ("users", model.User),
        ("ports", model.Port),
        ("numbers", model.Number),
        ("hotlines", model.Hotline),
        ("surges", model.Surge),
    ],
)
def test_every_attribute_can_be_written(section, struct):
    """No attribute of the model is out of YAML's reach."""
    written = {field.attr or field.name for field in SECTIONS[section].fields} | {"id", "number"}
    assert set(struct.__struct_fields__) - written == ({"lit"} if section == "ports" else set())


@pytest.mark.parametrize("file", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_seeds_validate(file):
    """What campctl ships as a sample fits the schema."""
    assert errors(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(("noun", "field"), FIELDS, ids=lambda value: value.name)
def test_examples_of_fields(noun, field):
    """A field's example fits its own schema."""
    schema = {**SCHEMA["definitions"][definition(noun)]["properties"][field.name], "definitions": SCHEMA["definitions"]}
    jsonschema.validate(yaml.safe_load(field.example), schema)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("users:", "user:"),
        ("extension: 3001", "extention: 3001"),
        ("extension: 3001, ", ""),
        ("name: Ann Lee", "name: [Ann]"),
        ("to: hotline/main", "to: main"),
        ("backends: { local: { type: sim } }", "backends: { local: {} }"),
        ("desks: d1-d4, ", ""),
    ],
)
def test_what_is_wrong_is_refused(old, new):
    """A schema that lets everything through would be of no use."""
    assert errors(BASE) == []
    assert old in BASE
    assert errors(BASE.replace(old, new))


def test_the_page_is_up_to_date():
    """docs/manifest.md is what scripts/manifest-docs writes."""
    assert (ROOT / "docs" / "manifest.md").read_text(encoding="utf-8") == markdown()


def test_every_field_example_is_read(tmp_path):
    """An entry made of all examples of its noun is read without a finding of reading."""
    lines = []
    for section in ("offices", "users", "hotlines", "surges"):
        lines += [f"{section}:", "  sample:"]
        lines += [f"    {field.name}: {field.example}" for field in SECTIONS[section].fields]
    (tmp_path / "campaign.yaml").write_text(BASE, encoding="utf-8")
    (tmp_path / "more.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    reading = load(tmp_path, cache=False)
    import campctl.findings.syntax as syntax

    codes = "".join(Path(path).read_text(encoding="utf-8") for path in Path(syntax.__path__[0]).glob("*.py"))
    assert [finding for finding in reading.findings if f'code="{finding.code}"' in codes] == []


def test_the_tables_of_runbooks_are_up_to_date():
    """The fields in docs/runbooks.md are those of the table, and its facts are those expectations know."""
    from campctl.live import expect_reference
    from campctl.manifest import runbook_reference

    page = (ROOT / "docs" / "runbooks.md").read_text(encoding="utf-8")
    assert expect_reference.markdown(runbook_reference.markdown(page)) == page, "run scripts/manifest-docs"
