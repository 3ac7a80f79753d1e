"""What a value makes of an event's weight and side, against numbers computed by hand."""

import numpy as np
import pytest
from pydantic import ValidationError

from models.event_values import EventValue, ValueKind
from models.events import CODE_OF, FIRST_DECLARED, EventType, EventWeights
from models.signal import Polarity, Signal
from models.signal_table import MOST_TYPES, by_value, types_of

NOTHING = np.nan
TYPES = {
    "stars": {"polarity": 1, "weight": 2.0, "verb": "rated", "value": {"kind": "rating", "lowest": 0, "highest": 10}},
    "heard": {"polarity": 1, "weight": 0.8, "verb": "heard", "value": {"kind": "percent"}},
    "booked": {"polarity": "positive", "weight": 1.5, "verb": "booked", "value": {"kind": "amount", "full": 3}},
    "returned": {"polarity": "negative", "weight": 1.0, "verb": "sent back"},
    "biased": {
        "polarity": 1,
        "weight": 1.0,
        "verb": "rated",
        "value": {"kind": "rating", "lowest": 1, "highest": 5, "neutral": 2},
    },
}
WEIGHTS = EventWeights.model_validate({"types": TYPES})
TABLE = WEIGHTS.table()

SIGNED = [
    ("rating", 5, 1.0),
    ("rating", 4, 0.5),
    ("rating", 3, 0.0),
    ("rating", 2, -0.5),
    ("rating", 1, -1.0),
    ("stars", 10, 2.0),
    ("stars", 6, 0.4),
    ("stars", 0, -2.0),
    ("biased", 3, 1 / 3),
    ("biased", 1, -1.0),
    ("complete", 1, 1.0),
    ("complete", 0.05, 0.05),
    ("complete", 7, 1.0),
    ("watch", 0.05, 0.05),
    ("scroll", 0.5, 0.25),
    ("heard", 5, 0.04),
    ("heard", 100, 0.8),
    ("booked", 1, 0.5),
    ("booked", 3, 1.5),
    ("booked", 30, 1.5),
    ("booked", NOTHING, 1.5),
    ("returned", NOTHING, -1.0),
    ("purchase", 4.99, 1.5),
    ("like", 5, 1.0),
    ("impression", NOTHING, 0.0),
]


def signed(table, codes, names, values):
    """float [n]: weight times polarity of events, from what a log has of them."""
    values = np.array(values, dtype=np.float32)
    sided = table.sided(np.array([codes[name] for name in names], dtype=np.int8), values)
    return table.weighed(sided, table.told(sided, values)) * table.polarity[sided]


@pytest.mark.parametrize(("name", "value", "expected"), SIGNED)
def test_an_event_weighs_what_its_value_says(name, value, expected):
    assert signed(TABLE, WEIGHTS.codes, [name], [value]) == pytest.approx([expected], rel=1e-6)


def test_many_events_weigh_what_each_weighs_alone():
    names, values, expected = zip(*SIGNED, strict=True)
    assert signed(TABLE, WEIGHTS.codes, names, values) == pytest.approx(expected, rel=1e-6)


def test_a_like_on_a_scale_is_one_of_five_or_one_of_one():
    weights = EventWeights.model_validate({"signals": {"like": {"value": {"kind": "rating"}}}})
    assert weights.of("like").verb == "liked", "what an entry does not say stays as it is"
    found = signed(weights.table(), weights.codes, ["like"] * 3, [5, 1, NOTHING])
    assert found == pytest.approx([1.0, -1.0, 1.0])


def test_seconds_of_a_declared_type_are_taken_as_those_of_a_dwell():
    weights = EventWeights.model_validate(
        {"types": {"listened": {"polarity": 1, "weight": 2.0, "verb": "heard", "value": {"kind": "seconds"}}}}
    )
    found = signed(weights.table(), weights.codes, ["listened", "dwell", "listened"], [30, 30, NOTHING])
    assert found == pytest.approx([1.0, 0.25, 2.0])


def test_the_side_of_an_event_keeps_its_type():
    codes = np.array([CODE_OF["rating"]] * 3, dtype=np.int8)
    sided = TABLE.sided(codes, np.array([5, 3, 1], dtype=np.float32))
    assert types_of(sided).tolist() == codes.tolist()
    assert [TABLE.names[code] for code in sided] == ["rating"] * 3
    assert by_value(sided).tolist() == [False, True, True]
    assert TABLE.polarity[sided].tolist() == [1, 0, -1]
    assert TABLE.seen[sided].all()


def test_a_log_without_ratings_is_not_copied():
    codes = np.array([CODE_OF["like"], CODE_OF["click"]], dtype=np.int8)
    assert TABLE.sided(codes, np.full(2, 3, dtype=np.float32)) is codes


def test_a_type_that_a_log_has_and_nobody_declares_teaches_nothing():
    table = EventWeights().numbered({"gone": FIRST_DECLARED}).table()
    assert table.names[FIRST_DECLARED] == "gone"
    assert (table.polarity[FIRST_DECLARED], table.weight[FIRST_DECLARED]) == (0, 0)
    assert not table.seen[FIRST_DECLARED]


def test_codes_are_the_logs_and_not_the_order_of_the_settings():
    weights = WEIGHTS.numbered({"booked": 32, "stars": 33, "heard": 40, "returned": 41, "biased": 79})
    names, values, expected = zip(*SIGNED, strict=True)
    assert weights.codes["biased"] == MOST_TYPES - 1
    assert signed(weights.table(), weights.codes, names, values) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("types", "message"),
    [
        ({"like": TYPES["booked"]}, "like is built in: change it under events.signals"),
        ({"Booked!": TYPES["booked"]}, "should match pattern"),
        ({"x": TYPES["booked"] | {"polarity": "good"}}, "polarity"),
        ({"x": TYPES["booked"] | {"polarity": -1, "value": {"kind": "rating"}}}, "its polarity is 1"),
        ({"x": TYPES["booked"] | {"value": {"kind": "rating", "neutral": 5}}}, "lowest < neutral < highest"),
        ({f"x{n}": TYPES["booked"] for n in range(49)}, "at most 48"),
    ],
)
def test_declarations_that_cannot_be_are_refused(types, message):
    with pytest.raises(ValidationError, match=message):
        EventWeights.model_validate({"types": types})


def test_every_built_in_type_has_its_declaration():
    assert [WEIGHTS.of(kind).polarity for kind in ("purchase", "dislike", "impression")] == [
        Polarity.POSITIVE,
        Polarity.NEGATIVE,
        Polarity.NEUTRAL,
    ]
    assert all(isinstance(WEIGHTS.of(kind), Signal) for kind in EventType)
    assert WEIGHTS.of("nothing") is None


@pytest.mark.parametrize(
    ("value", "given", "problem"),
    [
        (EventValue(kind=ValueKind.RATING, required=True), None, "must be given"),
        (EventValue(kind=ValueKind.RATING), 6.0, "must lie between 1 and 5"),
        (EventValue(kind=ValueKind.SECONDS), -1.0, "must be at least 0 seconds"),
        (EventValue(kind=ValueKind.PORTION), 95.0, None),
        (EventValue(), None, None),
    ],
)
def test_what_is_wrong_with_a_value(value, given, problem):
    assert value.problem(given) == problem
