"""Figures by day, each against a hand-computed example."""

from datetime import date

import numpy as np
import pytest

from app.alerts.daily import FIGURES, DailyFigures, statement

FIRST, TODAY = date(2026, 2, 27), date(2026, 3, 1)


def filled(connection):
    """Ada and bob are people, bot is none; ada is answered twice on the 27th, and bob once on the 28th."""
    connection.execute("INSERT INTO people VALUES ('ada', false), ('bob', false), ('bot', true)")
    slates = [
        ("r1", "ada", "2026-02-27 08:00", ["a", "a", "b", "b"]),
        ("r2", "ada", "2026-02-27 23:59", ["a", "a", "a", "a"]),
        ("r3", "bob", "2026-02-28 00:00", ["a", "b", "c"]),
        ("r4", "bot", "2026-02-28 01:00", ["a", "a"]),
        ("r5", "bob", "2026-03-01 00:00", ["a", "a"]),
    ]
    for answer, user, at, topics in slates:
        connection.execute("INSERT INTO answers VALUES (?, ?, ?, false, [])", [answer, user, at])
        for topic in topics:
            connection.execute("INSERT INTO served VALUES (?, ?, ?, false, ?)", [answer, user, at, topic])
    return connection


def found(connection, figure):
    rows = connection.execute(statement(figure), {"first": FIRST, "after": TODAY}).fetchall()
    return {day.isoformat(): (value, counted) for day, value, counted in rows}


def test_diversity_is_the_mean_over_people_of_their_answers(connection):
    """Of a, a, b, b two slots differ with chance 8 of 12; of a, a, a, a never; of a, b, c always."""
    told = found(filled(connection), "diversity")
    assert told == {"2026-02-27": (pytest.approx((8 / 12 + 0) / 2), 1.0), "2026-02-28": (1.0, 1.0)}


def test_negative_feedback_counts_slots_once(connection):
    filled(connection)
    for item, polarity in (("i1", 0), ("i1", -1), ("i1", -1), ("i2", 1), ("i3", 0)):
        connection.execute("INSERT INTO outcomes VALUES ('r1', 'ada', ?, ?, '2026-02-27 09:00')", [item, polarity])
    connection.execute("INSERT INTO outcomes VALUES ('r4', 'bot', 'i1', -1, '2026-02-28 09:00')")
    assert found(connection, "negative_feedback") == {"2026-02-27": (pytest.approx(1 / 3), 3.0)}


def test_nobody_alone_makes_the_negative_feedback_of_a_day(connection):
    filled(connection)
    connection.execute("""
        INSERT INTO outcomes SELECT 'r1', 'ada', 'i' || number, -1, '2026-02-27 09:00' FROM range(10_000) AS n(number)
    """)
    connection.execute("""
        INSERT INTO people SELECT 'p' || number, false FROM range(100) AS n(number)
    """)
    connection.execute("""
        INSERT INTO outcomes SELECT 'r2', 'p' || number, 'i1', 1, '2026-02-27 09:00' FROM range(100) AS n(number)
    """)
    assert found(connection, "negative_feedback") == {"2026-02-27": (pytest.approx(20 / 120), 120.0)}


def test_opt_outs_count_people_who_came_or_left(connection):
    filled(connection)
    connection.execute("INSERT INTO controls VALUES ('bob', 'opt_out', '2026-02-28 10:00')")
    connection.execute("INSERT INTO controls VALUES ('eve', 'opt_out', '2026-02-27 10:00')")
    connection.execute("INSERT INTO controls VALUES ('ada', 'reset', '2026-02-27 10:00')")
    assert found(connection, "opt_outs") == {"2026-02-27": (0.5, 2.0), "2026-02-28": (1.0, 1.0)}


def test_days_that_are_over_are_read_once_and_kept(connection, tmp_path):
    figures = DailyFigures(tmp_path)
    figures.read(filled(connection), TODAY)
    connection.execute("DELETE FROM served")
    later = DailyFigures(tmp_path)
    assert later.first_open(date(2026, 3, 5)) == date(2026, 3, 1)
    later.read(connection, date(2026, 3, 5))
    first, series = later.series("diversity", date(2026, 3, 5))
    assert first == FIRST
    assert series.counts.tolist() == [1, 1, 0, 0, 0, 0]
    assert np.isnan(series.values[2:]).all()


def test_the_last_days_are_read_again_for_what_came_late(connection, tmp_path):
    figures = DailyFigures(tmp_path)
    figures.read(filled(connection), TODAY)
    connection.execute("INSERT INTO outcomes VALUES ('r3', 'bob', 'i1', -1, '2026-02-28 09:00')")
    figures.read(connection, TODAY)
    assert figures.series("negative_feedback", TODAY)[1].values.tolist() == [1.0]


def test_the_views_of_a_service_have_what_is_read(home, an_event):
    first = home.recommend("ada", limit=10)
    item = first.items[0].item_id
    disliked = an_event(1, "ada", item, "dislike", days_ago=0)
    home.ingest(disliked.model_copy(update={"recommendation_id": first.recommendation_id}))
    home.switch("bob", enabled=False)
    span = {"first": date(2026, 2, 20), "after": date(2026, 3, 2)}
    with home.service.insights.reading() as views:
        told = {name: views.execute(statement(name), span).fetchall() for name in (*FIGURES, "missed_floors")}
    today = date(2026, 3, 1)
    ((day, diversity, people),) = told["diversity"]
    assert (day, people) == (today, 1.0)
    assert 0 < diversity <= 1
    assert told["negative_feedback"] == [(today, 1.0, 1.0)]
    assert told["missed_floors"][0][0] == 1


def test_a_floor_that_the_catalogue_cannot_afford_is_not_missed(home, an_item):
    """No item was published lately, so that there is nothing to keep the floor of recency with; the receipt says so."""
    home.publish([an_item(number, published_at="2020-01-01T00:00:00Z") for number in range(60)])
    receipt = {each.floor: each for each in home.recommend("ada").receipt}
    assert receipt["recency"].achieved < receipt["recency"].required
    with home.service.insights.reading() as views:
        span = {"first": date(2026, 2, 20), "after": date(2026, 3, 2)}
        assert views.execute(statement("missed_floors"), span).fetchall() == [(1, 0)]
