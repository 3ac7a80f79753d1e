"""What is handed to the indexer to learn from."""

import numpy as np

from app.serving.training_events import training_events
from app.storage.rows import LoggedColumns, UserRow
from models.events import CODE_OF, EventType, EventWeights
from models.ids import IdMap

TYPES = (EventType.LIKE, EventType.DISLIKE, EventType.IMPRESSION, EventType.CLICK, EventType.SAVE)


def log() -> LoggedColumns:
    """Ann's five events on four items, and one of Bob, who switched personalisation off."""
    codes = np.array([*(CODE_OF[each] for each in TYPES), CODE_OF[EventType.LIKE]], dtype=np.int8)
    return LoggedColumns(
        sequence=np.arange(1, 7),
        user_codes=np.array([0, 0, 0, 0, 0, 1], np.int32),
        users=["ann", "bob"],
        item_codes=np.array([0, 1, 2, 2, 3, 0], np.int32),
        items=["a", "b", "c", "d"],
        codes=codes,
        values=np.full(6, np.nan, np.float32),
        times=np.arange(6.0),
    )


def off(user_id: str) -> UserRow:
    return UserRow(user_id, None, False, 0, None, False, 0.0, 0.0)


def test_what_speaks_against_an_item_has_a_negative_weight_and_what_says_nothing_is_left_out() -> None:
    table = training_events(log(), [off("bob")], EventWeights().table())
    assert table.users.tolist() == [0, 0, 0, 0]
    assert [table.item_ids[item] for item in table.items] == ["a", "b", "c", "d"]
    assert table.weights.tolist() == [1.0, -1.0, 0.25, 1.25]
    assert table.sequence == 6


def test_vectors_are_learned_from_what_speaks_for_items_only() -> None:
    table = training_events(log(), [], EventWeights().table())
    learned = table.interactions(IdMap.build(["a", "b", "c", "d"])).matrix.toarray()
    assert learned.tolist() == [[1.0, 0.0, 0.25, 1.25], [1.0, 0.0, 0.0, 0.0]]
