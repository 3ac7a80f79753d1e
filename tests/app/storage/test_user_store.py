from contextlib import closing

from app.storage.protocols import UserRow

NOBODY = UserRow(
    user_id="ada",
    profile=None,
    personalization=True,
    epoch=0,
    reset_at=None,
    off_keeps_seen=True,
    created_at=5.0,
    updated_at=5.0,
)


def test_an_unknown_user_has_no_row(stores):
    assert stores.users.get("ada") is None
    assert stores.users.all() == []


def test_putting_a_profile_makes_the_row(stores):
    stores.users.put_profile("ada", b'{"goals": ["space"]}', at=5.0).result()
    row = stores.users.get("ada")
    assert row.profile == b'{"goals": ["space"]}'
    assert (row.personalization, row.epoch, row.reset_at, row.created_at) == (True, 0, None, 5.0)


def test_putting_a_profile_replaces_it_and_nothing_else(stores):
    stores.users.set_personalization("ada", False, at=5.0).result()
    before = stores.users.get("ada")
    stores.users.put_profile("ada", b'{"role": "pilot"}', at=7.25).result()
    row = stores.users.get("ada")
    assert row.profile == b'{"role": "pilot"}'
    assert row.updated_at == 7.25
    kept = ("personalization", "epoch", "reset_at", "off_keeps_seen", "created_at")
    assert [getattr(row, name) for name in kept] == [getattr(before, name) for name in kept]


def test_a_profile_can_be_taken_away(stores):
    stores.users.put_profile("ada", b"{}", at=5.0).result()
    stores.users.put_profile("ada", None, at=5.0).result()
    assert stores.users.get("ada") == NOBODY


def test_personalization_is_on_until_it_is_switched_off(stores):
    stores.users.put_profile("ada", None, at=5.0).result()
    assert stores.users.get("ada").personalization
    stores.users.set_personalization("ada", False, at=6.0).result()
    assert not stores.users.get("ada").personalization
    stores.users.set_personalization("ada", True, at=7.0).result()
    assert stores.users.get("ada").personalization


def test_deleting_a_row(stores):
    stores.users.put_profile("ada", b"{}", at=5.0).result()
    stores.users.put_profile("bob", b"{}", at=5.0).result()
    assert stores.users.delete("ada").result() is True
    assert stores.users.delete("ada").result() is False
    assert [row.user_id for row in stores.users.all()] == ["bob"]


def test_a_user_who_comes_back_begins_anew(stores):
    stores.users.set_personalization("ada", False, at=1.0).result()
    stores.users.delete("ada").result()
    stores.users.put_profile("ada", None, at=5.0).result()
    assert stores.users.get("ada") == NOBODY


def test_writes_that_wait_together_are_carried_out_in_order(stores):
    for _ in range(5):
        writes = [
            stores.users.put_profile("ada", b"1", at=1.0),
            stores.users.put_profile("bob", b"1", at=1.0),
            stores.users.put_profile("ada", b"2", at=2.0),
            stores.users.delete("ada"),
            stores.users.set_personalization("ada", False, at=3.0),
            stores.users.delete("ada"),
            stores.users.put_profile("ada", b"3", at=4.0),
            stores.users.set_personalization("ada", False, at=4.5),
            stores.users.put_profile("ada", b"4", at=5.0),
        ]
        answers = [write.result() for write in writes]
        assert answers[3:7] == [True, None, True, None]
    ada, bob = stores.users.all()
    assert (ada.profile, ada.personalization, bob.profile) == (b"4", False, b"1")


def test_rows_outlive_a_restart(opener, tmp_path):
    with closing(opener(tmp_path)) as stores:
        stores.users.set_personalization("ada", False, 1.5, keep_seen=False).result()
        before = stores.users.all()
    with closing(opener(tmp_path)) as stores:
        assert stores.users.all() == before
        assert not before[0].off_keeps_seen
