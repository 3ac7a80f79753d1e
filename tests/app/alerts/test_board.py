"""How alerts stand outlasts a restart; nothing is told twice."""

from datetime import UTC, datetime, timedelta

from app.alerts.board import Board
from app.alerts.finding import Finding

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def fires(firing, message="said"):
    return [Finding("recall_low", firing, message, 0.9, 0.95)]


def test_it_is_told_once_when_it_fires_and_once_when_it_is_over(tmp_path):
    board = Board(tmp_path)
    assert not board.take(fires(False), NOW)
    (fired,) = board.take(fires(True), NOW + timedelta(hours=1))
    assert (fired.state, fired.fired_at, fired.began) == ("firing", NOW + timedelta(hours=1), NOW + timedelta(hours=1))
    assert not board.take(fires(True), NOW + timedelta(hours=2))
    (over,) = board.take(fires(False), NOW + timedelta(hours=3))
    assert (over.state, over.resolved_at) == ("ok", NOW + timedelta(hours=3))
    assert [each["entry"] for each in board.history()] == ["resolved", "fired"]
    assert board.times_firing("recall_low") == [(NOW + timedelta(hours=1), NOW + timedelta(hours=3))]


def test_a_restart_neither_forgets_nor_repeats(tmp_path):
    Board(tmp_path).take(fires(True), NOW)
    later = Board(tmp_path)
    assert [each.name for each in later.firing()] == ["recall_low"]
    assert not later.take(fires(True), NOW)


def test_not_knowing_resolves_nothing(tmp_path):
    board = Board(tmp_path)
    board.take(fires(True, "low"), NOW)
    assert not board.take(fires(None, "too few"), NOW)
    assert board.firing()[0].message == "low"


def test_it_is_seen_until_it_fires_anew(tmp_path):
    board = Board(tmp_path)
    board.take(fires(True), NOW)
    assert board.acknowledge("recall_low", "key", "looking into it", NOW).acknowledged.by == "key"
    assert Board(tmp_path).standings["recall_low"].acknowledged.why == "looking into it"
    board.take(fires(False), NOW)
    (again,) = board.take(fires(True), NOW)
    assert again.acknowledged is None


def test_a_line_that_a_crash_cut_short_is_left_out(tmp_path):
    board = Board(tmp_path)
    board.take(fires(True), NOW)
    with (tmp_path / "alerts" / "history.ndjson").open("ab") as file:
        file.write(b'{"entry": "resol')
    assert len(board.history()) == 1
