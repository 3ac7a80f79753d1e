"""``penchant init``: what it writes from answers and files, and what it refuses."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from app.policy.charter.charter import load_charter
from app.settings import CONFIG_VARIABLE, load_settings
from scripts.cli import app as penchant
from scripts.init.plan import Plan
from scripts.init.toml_text import group

SHOP = """sku;name;description;brand;price;stock;category;cost
S1;Bergstiefel;Wasserdicht, für Bergtouren;Alpina;129,90;4;Schuhe > Wandern;60,00
S2;Laufschuh;Leicht, für schnelle Läufe;Renn;89,50;12;Schuhe > Laufen;40,00
S3;Regenjacke;Hält auch langem Regen stand;Alpina;149,00;0;Jacken;70,00
"""
ORDERS = """customer,sku,action,at,zip
c1,S1,Order Completed,2026-11-20T10:00:00Z,10115
c1,S3,view,2026-11-20T10:05:00Z,10115
c2,S2,view,2026-11-21T10:05:00Z,20095
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a shop's two files."""
    monkeypatch.setenv(CONFIG_VARIABLE, "")  # so that it is restored after `load_settings` has set it
    monkeypatch.delenv(CONFIG_VARIABLE)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "shop.csv").write_text(SHOP, encoding="utf-8")
    (tmp_path / "orders.csv").write_text(ORDERS)
    return tmp_path


def run(*options: str, answers: str | None = None):
    return CliRunner().invoke(penchant, ["init", *options], input=answers)


def shop(*options: str):
    return run(
        *("--what", "shop", "--items", "shop.csv", "--events", "orders.csv", "--yes"),
        *("--type", "Order Completed=purchase", *options),
    )


def toml(path: Path):
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_a_shop_gets_settings_a_charter_and_a_mapping(folder: Path) -> None:
    done = shop("--language", "de", "--never", "cost", "--never", "zip", "--never", "health", "--name", "Gipfel")
    assert done.exit_code == 0, done.output
    mapping = toml(folder / "mapping.toml")
    assert mapping["items"]["map"] == {
        "item_id": ["sku"],
        "title": ["name"],
        "text": ["description"],
        "tags": ["category"],
        "provider": ["brand"],
        "attributes.price": ["price"],
        "attributes.stock": ["stock"],
    }
    assert mapping["items"]["set"] == {"language": "de"}
    assert mapping["events"]["types"] == {"Order Completed": "purchase"}
    assert "zip" not in str(mapping["events"]["map"])
    settings = load_settings()
    assert settings.index.encoder == "use-multilingual-v3"
    assert {name: each.type for name, each in settings.attributes.items()} == {"price": "number", "stock": "number"}
    charter = load_charter(settings.charter)
    assert charter.name == "Gipfel"
    assert {"purchase", "view", "add_to_cart", "dismiss"} <= charter.events.keys()
    assert "scroll" not in charter.events
    assert charter.item_attributes.keys() == {"price", "stock"}
    assert charter.sensitive["health"].mode == "recommend_only"


def test_what_it_prints_is_what_there_is_to_do(folder: Path) -> None:
    printed = shop("--folder", "gipfel").output
    commands = [line.strip() for line in printed.partition("Now:")[2].splitlines() if line.strip()]
    assert commands == [
        "cd gipfel",
        "penchant rebuild-index --items ../shop.csv",
        "penchant import events ../orders.csv --yes",
        "penchant serve",
    ]
    assert (folder / "gipfel" / "penchant.toml").is_file()
    rows = (f"c{n},S1,view,2026-11-20T10:{n % 60:02}:00Z,1\n" for n in range(300))
    (folder / "orders.csv").write_text(ORDERS + "".join(rows))
    assert "penchant rebuild-index\n" in shop("--force").output  # there is enough to learn from


def test_nothing_is_replaced_unasked(folder: Path) -> None:
    assert shop().exit_code == 0
    (folder / "charter.toml").write_text("mine")
    again = shop()
    assert again.exit_code == 1
    assert "charter.toml" in again.output
    assert "--force" in again.output
    assert (folder / "charter.toml").read_text() == "mine"
    assert shop("--force").exit_code == 0


def test_types_that_nobody_explained_are_asked_for(folder: Path) -> None:
    done = run("--what", "shop", "--items", "shop.csv", "--events", "orders.csv", "--yes")
    assert done.exit_code == 1
    assert "nobody explained: Order Completed" in done.output
    assert "--type 'Order Completed='" in done.output
    assert not (folder / "penchant.toml").exists()


def test_times_without_a_zone_are_asked_for(folder: Path) -> None:
    (folder / "orders.csv").write_text(ORDERS.replace("Z,", ","))
    done = shop()
    assert done.exit_code == 1
    assert "--time-zone Europe/Berlin" in done.output
    assert shop("--time-zone", "Europe/Berlin").exit_code == 0
    assert toml(folder / "mapping.toml")["events"]["time_zone"] == "Europe/Berlin"


def test_the_scale_of_ratings_and_the_time_of_old_events_are_seen(folder: Path) -> None:
    (folder / "ratings.csv").write_text(
        "user,item,rating,timestamp\nu1,S1,8,2014-03-01T00:00:00Z\nu2,S2,2,2014-03-02T00:00:00Z\n"
    )
    done = run("--items", "shop.csv", "--events", "ratings.csv", "--yes")
    assert done.exit_code == 0, done.output
    settings = load_settings()
    rating = settings.events.signals["rating"].value
    assert (rating.lowest, rating.highest) == (1, 10)
    assert str(settings.as_of) == "2014-03-02 00:00:01+00:00"
    assert "2014-03-02" in done.output


def test_without_files_there_are_settings_and_a_charter(folder: Path) -> None:
    done = run("--what", "news", "--language", "en", "--yes")
    assert done.exit_code == 0, done.output
    assert load_settings().query.floors.recency_share == 0.3
    assert "rebuild-index" not in done.output
    assert not (folder / "mapping.toml").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--items", "none.csv"), "none.csv does not exist"),
        (("--items", "shop.csv", "--map", "items.title=nmae"), "perhaps 'name'"),
        (("--items", "shop.csv", "--map", "title=name"), "--map wants items.FIELD=COLUMN"),
        (("--items", "shop.csv", "--language", "gibberish"), "must be a language tag"),
        (("--events", "orders.csv", "--type", "Order Completed=buy"), "there is no type of event 'buy'"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(folder: Path, options: tuple[str, ...], told: str) -> None:
    done = run(*options, "--yes")
    assert done.exit_code == 1
    assert told in done.output
    assert not (folder / "penchant.toml").exists()


def test_the_questions_come_one_after_the_other(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.init.command.interactive", lambda: True)
    answers = ["shop", "zip", "shop.csv", "orders.csv", "", "Kauf", "purchase", "en", "Gipfel"]
    done = run(answers="\n".join([*answers, ""]))
    assert done.exit_code == 0, done.output
    assert "one of add_to_cart" in done.output  # "Kauf" is no type
    assert toml(folder / "mapping.toml")["events"]["types"] == {"Order Completed": "purchase"}
    assert load_charter(folder / "charter.toml").name == "Gipfel"


def test_what_is_written_is_toml_whatever_the_names() -> None:
    odd = {'a "b" \\ ü\n\x7f': {"x y": [1.5, True, "\t"], "plain": {}}}
    assert tomllib.loads(group("g", odd)) == {"g": odd}


def test_a_plan_of_languages_names_those_that_nothing_reads() -> None:
    plan = Plan("x", "other", [], ["en", "fi", "pt-BR"], frozenset(), [])
    assert plan.multilingual
    assert plan.unread == ["fi"]


def test_attributes_of_people_stand_in_the_charter_unless_they_must_not_be_used(folder: Path) -> None:
    (folder / "users.csv").write_text("USER_ID,PLAN,AGE\nu1,free,19\nu2,plus,34\n")
    done = run("--users", "users.csv", "--never", "AGE", "--yes")
    assert done.exit_code == 0, done.output
    assert load_charter(folder / "charter.toml").attributes.keys() == {"plan"}


def test_a_column_of_a_known_program_cannot_be_left_out(folder: Path) -> None:
    (folder / "items.csv").write_text("ITEM_ID,TITLE,GENRES,CREATION_TIMESTAMP,COST\ni1,One,a|b,1740988800,3\n")
    done = run("--items", "items.csv", "--never", "cost", "--yes")
    assert done.exit_code == 1
    assert "COST cannot be left out" in done.output


def test_a_museum_and_a_job_board_are_understood(folder: Path) -> None:
    (folder / "objekte.csv").write_text(
        "Inventarnummer;Bezeichnung;Künstler;Größe (cm)\n1;Hafen bei Nacht;Karl Brandt;40,5\n2;Tonkrug;Unbekannt;12,0\n"
    )
    jobs = [{"jobId": 1, "jobTitle": "Nurse", "company": {"name": "St. Anna"}, "postedAt": "2026-11-20"}]
    (folder / "jobs.json").write_text(json.dumps(jobs))
    visits = [{"visitor": "v", "object": "1", "kind": "like", "time": "2026-11-20T10:00:00Z"}]
    (folder / "visits.json").write_text(json.dumps({"visits": visits}))
    done = run("--items", "objekte.csv", "--events", "visits.json", "--language", "de", "--yes", "--folder", "museum")
    assert done.exit_code == 0, done.output
    mapping = toml(folder / "museum" / "mapping.toml")
    assert mapping["items"]["map"] == {
        "item_id": ["Inventarnummer"],
        "title": ["Bezeichnung"],
        "provider": ["Künstler"],
        "attributes.größe_cm": ["Größe (cm)"],
    }
    assert mapping["events"]["map"]["type"] == ["kind"]
    done = run("--items", "jobs.json", "--yes", "--folder", "jobs")
    assert done.exit_code == 0, done.output
    assert toml(folder / "jobs" / "mapping.toml")["items"]["map"]["provider"] == ["company.name"]


@pytest.mark.usefixtures("folder")
def test_what_is_explained_and_never_met_is_told() -> None:
    done = shop("--type", "Refund=")
    assert done.exit_code == 1
    assert "no event of the type Refund" in done.output


@pytest.mark.parametrize(
    ("value", "kind"),
    [(datetime(2025, 1, 1, tzinfo=UTC), "time"), (date(2025, 1, 1), "time"), (Decimal("9.90"), "number"), (b"x", None)],
)
def test_what_json_does_not_know_is_plain(folder: Path, value: object, kind: str | None) -> None:
    table = pa.table({"item_id": ["a", "b"], "title": ["x", "y"], "extra": [value, value]})
    pq.write_table(table, folder / "items.parquet")
    done = run("--items", "items.parquet", "--yes")
    assert done.exit_code == 0, done.output
    assert "2 rows: 2 taken" in done.output
    taken = toml(folder / "mapping.toml")["items"]["map"]
    assert ("published_at" in taken) == (kind == "time")
    declared = {name: each.type for name, each in load_settings().attributes.items()}
    assert declared == ({"extra": kind} if kind == "number" else {})


@pytest.mark.parametrize(
    ("never", "told"),
    [("brnad", "perhaps brand"), ("a column that is none", "no column, field"), ("title", "bears the name of a field")],
)
def test_what_cannot_be_left_out_is_told(folder: Path, never: str, told: str) -> None:
    (folder / "own.csv").write_text("item_id,title,brand\n1,One,x\n")
    done = run("--items", "own.csv", "--never", never, "--yes")
    assert done.exit_code == 1
    assert told in done.output
    assert not (folder / "penchant.toml").exists()


def test_names_in_several_lines_and_types_with_a_sign_of_equality_are_taken(folder: Path) -> None:
    (folder / "orders.csv").write_text(ORDERS.replace("Order Completed", "step=done"))
    options = ("--items", "shop.csv", "--events", "orders.csv", "--type", "step=done=purchase", "--yes")
    done = run(*options, "--name", "Two\nlines")
    assert done.exit_code == 0, done.output
    assert load_charter(folder / "charter.toml").name == "Two\nlines"
    assert toml(folder / "mapping.toml")["events"]["types"] == {"step=done": "purchase"}


def test_a_comma_that_can_only_stand_before_decimals_does(folder: Path) -> None:
    (folder / "items.tsv").write_text("id\ttitle\tprice\tcount\n1\tOne\t34,90\t1,234\n2\tTwo\t6,5\t2,345\n")
    assert run("--items", "items.tsv", "--yes").exit_code == 0
    assert {name: each.type for name, each in load_settings().attributes.items()} == {
        "price": "number",
        "count": "text",
    }


def test_columns_are_told_by_their_values_where_names_say_nothing(folder: Path) -> None:
    plants = ["Plant ID\tCommon name\tWhat it needs\tFamily\tSafe for pets\tHere since"]
    plants += [
        f"PL-{n}\tPlant {n}\tWater on day {n} of every other week\t{family}\t{safe}\t2026-10-0{n}"
        for n, family, safe in zip(range(1, 9), ["Araceae", "Ferns"] * 4, ["yes", "no"] * 4, strict=True)
    ]
    (folder / "plants.tsv").write_text("\n".join(plants))
    (folder / "till.csv").write_text(
        "visitor,plant,what happened,when\nv1,PL-1,bought,2026-11-20T10:00:00Z\nv1,PL-2,seen,2026-11-20T10:00:00Z\n"
    )
    done = run(
        "--items", "plants.tsv", "--events", "till.csv", "--type", "bought=purchase", "--type", "seen=view", "--yes"
    )
    assert done.exit_code == 0, done.output
    mapping = toml(folder / "mapping.toml")
    assert mapping["items"]["map"] == {
        "item_id": ["Plant ID"],
        "title": ["Common name"],
        "text": ["What it needs"],
        "tags": ["Family"],
        "published_at": ["Here since"],
        "attributes.family": ["Family"],
        "attributes.safe_for_pets": ["Safe for pets"],
    }
    assert mapping["events"]["map"] == {
        "user_id": ["visitor"],
        "item_id": ["plant"],
        "type": ["what happened"],
        "occurred_at": ["when"],
    }
