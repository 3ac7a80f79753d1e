from typing import Any

import numpy as np
import pytest

from app.errors import AuditNotFoundError
from app.insights.equity.audit import Inputs, ItemAmounts, audited
from app.insights.equity.folder import AuditFolder, written
from app.insights.equity.groups import groups_of
from app.insights.equity.page import audit_page
from app.insights.equity.population import Amounts, Population, read_amounts, read_population
from app.insights.equity.quarter import Quarter
from app.insights.equity.settings import AuditSettings
from app.policy.charter.charter import Charter, EquityRules, Use

QUARTER = Quarter(2026, 4)
SETTINGS = AuditSettings(resamples=300)
SLATE = [("i1", "jazz", False), ("i2", "chess", False)]


def charter(minimum: int = 20, exposure: float | None = 0.8) -> Charter:
    words = {"name": "Test", "personalised": "x", "outcome": "x", "disclosure": "x"}
    rules = EquityRules(
        minimum_group=minimum,
        thresholds={"engagement_rate": 0.8, "click_through_rate": 0.8, "opt_out": 0.8, "label_fidelity": 0.8},
        exposure=exposure,
    )
    return Charter(**words, attributes={"band": Use(why="w")}, segments={"band": Use(why="To compare.")}, equity=rules)


def some_answers(log: Any, clicks: dict[str, float], people: int = 60) -> None:
    """So many people of each band, ten answers each, of which a share is engaged with."""
    random = np.random.default_rng(1)
    for band, share in clicks.items():
        for number in range(people):
            user = f"{band}{number:03d}"
            log.person(user, band)
            for turn in range(10):
                log.answer(f"{user}-{turn}", user, "2026-11-01", SLATE)
                log.event(user, "i1", "impression", "2026-11-01", f"{user}-{turn}")
                if random.random() < share:
                    log.event(user, "i1", "click", "2026-11-01", f"{user}-{turn}")


def inputs(log: Any, the_charter: Charter) -> Inputs:
    population = read_population(log.connection, QUARTER, {"band": "segment_band"})
    groups = [groups_of("band", population.attributes["band"], the_charter.equity.minimum_group)]
    sides = [read_amounts(log.connection, name, QUARTER, population) for name in ("exposure", "merit")]
    codes = {"i1": 0, "i2": 1}
    both = [ItemAmounts(each, {"topic": np.array([codes[item] for item in each.items])}) for each in sides]
    return Inputs(QUARTER, population, groups, both[0], both[1], {"topic": ("jazz", "chess")})


def cells(report: dict[str, Any], measure: str) -> dict[str, Any]:
    (attribute,) = report["attributes"]
    found = next(each for each in attribute["measures"] if each["measure"] == measure)
    return {cell["group"]: cell for cell in found["groups"]}


def test_a_group_that_is_served_worse_is_found_and_equal_ones_are_not(log) -> None:
    some_answers(log, {"old": 0.2, "mid": 0.5, "young": 0.5})
    report = audited(inputs(log, charter()), charter(), SETTINGS)
    found = cells(report, "engagement_rate")
    assert found["old"]["verdict"] == "missed"
    assert found["mid"]["verdict"] == "met"
    assert found["old"]["ratio"] < 0.6
    assert found["old"]["people"] == 60
    low, high = found["old"]["interval"]
    assert low < found["old"]["value"] < high
    assert {each["group"] for each in report["missed"] if each["attribute"] == "band"} == {"old"}


def test_where_nobody_opted_out_there_is_an_interval_and_no_verdict_against_anybody(log) -> None:
    some_answers(log, {"old": 0.5, "young": 0.5})
    found = cells(audited(inputs(log, charter()), charter(), SETTINGS), "opt_out")
    assert found["old"]["value"] == 0.0
    assert 0.02 < found["old"]["interval"][1] < 0.1
    assert found["old"]["verdict"] != "missed"


def test_machines_and_small_groups_are_told_of_by_no_figure(log) -> None:
    some_answers(log, {"old": 0.5, "young": 0.5})
    some_answers(log, {"few": 1.0}, people=5)
    log.person("robot", "old", machine=True)
    log.answer("r", "robot", "2026-11-01", SLATE)
    report = audited(inputs(log, charter()), charter(), SETTINGS)
    (attribute,) = report["attributes"]
    assert attribute["suppressed_groups"] == 2, "the small one, and the next, so that nobody subtracts"
    assert [each["people"] for each in attribute["groups"]] == [60]
    assert b"few" not in written(report).replace(b"fewer", b"")
    assert "suppressed" not in audit_page(report, "Test")
    assert "not told of" in audit_page(report, "Test")


def test_a_cell_of_too_few_people_is_empty(log) -> None:
    some_answers(log, {"old": 0.5, "young": 0.5})
    these = inputs(log, charter())
    these.population.take("label_fidelity", [(f"old{n:03d}", 1.0, 1.0) for n in range(19)])
    found = cells(audited(these, charter(), SETTINGS), "label_fidelity")
    assert found["old"] == {"group": "old", "people": None, "verdict": "unknown"}


def test_exposure_against_what_people_take_up(log) -> None:
    """i1 stands first: 1 of 1 + 1/log2(3) = .613 of the attention; all that is taken up is of its topic."""
    some_answers(log, {"old": 0.5, "young": 0.5})
    report = audited(inputs(log, charter()), charter(), SETTINGS)
    (items,) = report["items"]
    jazz, chess = items["groups"]
    assert jazz["exposure"] == pytest.approx(1 / (1 + 1 / np.log2(3)), abs=1e-6)
    assert jazz["merit"] == 1.0
    assert jazz["verdict"] == "missed"
    assert chess["ratio"] is None


def test_equal_inputs_give_equal_bytes_and_other_inputs_another_name(log) -> None:
    some_answers(log, {"old": 0.3, "young": 0.5}, people=30)
    first, again = (audited(inputs(log, charter()), charter(), SETTINGS) for _ in range(2))
    assert written(first) == written(again)
    other = audited(inputs(log, charter()), charter(exposure=0.9), SETTINGS)
    log.event("old001", "i2", "click", "2026-11-02", "old001-1")
    later = audited(inputs(log, charter()), charter(), SETTINGS)
    assert len({first["audit_id"], other["audit_id"], later["audit_id"]}) == 3


def test_no_id_of_a_person_is_in_a_report(log) -> None:
    some_answers(log, {"old": 0.3, "young": 0.5}, people=30)
    report = audited(inputs(log, charter()), charter(), SETTINGS)
    both = written(report).decode() + audit_page(report, "Test")
    assert not any(f"old{number:03d}" in both for number in range(30))


def test_a_person_of_the_page_who_writes_html_does_not(log) -> None:
    some_answers(log, {"<b>old": 0.3, "young": 0.5}, people=30)
    page = audit_page(audited(inputs(log, charter()), charter(), SETTINGS), "Test & sons")
    assert "<b>old" not in page.replace("<b>&lt;", "")
    assert "&lt;b&gt;old" in page
    assert "Test &amp; sons" in page
    assert "http" not in page, "the page asks no host for anything"


def test_audits_are_kept_listed_and_read(tmp_path, log) -> None:
    some_answers(log, {"old": 0.3, "young": 0.5}, people=30)
    report = audited(inputs(log, charter()), charter(), SETTINGS)
    folder = AuditFolder(tmp_path)
    assert folder.listed() == []
    path = folder.keep(report, "<html>")
    before = path.stat().st_mtime_ns
    folder.keep(report, "<html>")
    assert path.stat().st_mtime_ns == before
    assert [each["audit_id"] for each in folder.listed()] == [report["audit_id"]]
    assert folder.get(report["audit_id"]) == written(report)
    assert folder.page(report["audit_id"]) == b"<html>"
    for name in ("2026Q4-000000000000", "../../etc/passwd", "x"):
        with pytest.raises(AuditNotFoundError):
            folder.get(name)


def test_an_empty_population_takes_nothing() -> None:
    population = Population([], {"band": []})
    population.take("opt_out", [("somebody", 1.0, 1.0)])
    assert len(population.sums["opt_out"].numerators) == 0
    assert len(Amounts(np.empty(0, np.int64), [], np.empty(0)).items) == 0
