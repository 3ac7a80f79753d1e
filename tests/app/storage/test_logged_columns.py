import numpy as np
import pyarrow as pa

from app.storage.logged_columns import logged_columns


def table_of(sequence, users):
    size = len(sequence)
    return pa.table(
        {
            "sequence": pa.array(sequence, pa.int64()),
            "user_id": pa.array(users, pa.string()),
            "item_id": pa.array([f"item {user}" for user in users], pa.string()),
            "type": pa.array([2] * size, pa.int8()),
            "value": pa.array([None] * size, pa.float64()),
            "occurred_us": pa.array([number * 1_500_000 for number in sequence], pa.int64()),
        }
    )


def read(columns):
    users = [columns.users[code] for code in columns.user_codes]
    items = [columns.items[code] for code in columns.item_codes]
    return list(zip(columns.sequence.tolist(), users, items, columns.times.tolist(), strict=True))


def test_rows_come_in_order_of_the_sequence_whatever_order_they_are_found_in():
    found = table_of([3, 1, 2], ["cy", "ada", "bob"])
    expected = [(1, "ada", "item ada", 1.5), (2, "bob", "item bob", 3.0), (3, "cy", "item cy", 4.5)]
    assert read(logged_columns(found)) == expected


def test_codes_are_the_same_across_the_chunks_of_a_table():
    chunks = pa.concat_tables([table_of([1, 2], ["ada", "bob"]), table_of([3, 4], ["bob", "cy"])])
    columns = logged_columns(chunks)
    assert columns.users == ["ada", "bob", "cy"]
    assert columns.user_codes.tolist() == [0, 1, 1, 2]
    assert np.isnan(columns.values).all()
