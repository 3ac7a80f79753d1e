"""Filters that many people share cost no candidates: what they leave is searched by itself, and what they hold told."""

import pytest

RARE = 40
"""One item in so many is in French."""


@pytest.fixture(scope="module")
def shop(open_household, tmp_path_factory, an_item):
    def made(number):
        return an_item(number, item_id=f"i{number:04}", language="fr" if number % RARE == 0 else "en")

    with open_household(
        tmp_path_factory.mktemp("rare"), index={"ann": {"flat_below": 0}}, query={"sources": {"fresh": 0, "popular": 0}}
    ) as home:
        home.publish([made(number) for number in range(1_600)])
        yield home


def reader(home, an_event, name, language):
    home.ingest(*(an_event(f"{name}{number}", name, f"i{6 * number:04}") for number in range(1, 6)))
    home.patch(name, preferences={"languages": [language]})


def found_by(slate, source):
    """(brought by a source, left by the filter of languages) of a slate with its trace."""
    stages = {each.stage: each for each in slate.trace}
    return stages[source].n_out, stages["language"].n_out


def test_who_reads_a_rare_language_gets_as_many_candidates_of_it_as_there_are(shop, an_event):
    reader(shop, an_event, "few", "fr")
    slate = shop.recommend("few", limit=20, debug=True)
    brought, left = found_by(slate, "embedding")
    assert left >= 1_600 / RARE - 5
    assert brought > left
    assert {shop.service.snapshot_swap.current.catalogue.row(item.item_id) % RARE for item in slate.items} == {0}
    assert next(each for each in slate.withheld if each.filter == "language").detail["en"] > 0


def test_who_reads_what_most_is_in_is_searched_for_once(shop, an_event, monkeypatch):
    reader(shop, an_event, "most", "en")
    catalogue, asked = shop.service.snapshot_swap.current.catalogue, []
    search = catalogue.search
    monkeypatch.setattr(catalogue, "search", lambda *given, **told: asked.append(given) or search(*given, **told))
    slate = shop.recommend("most", limit=20)
    assert len(slate.items) == 20
    assert all(len(given) == 3 for given in asked)


def test_what_changes_or_goes_leaves_every_allowance(shop, an_event, an_item):
    reader(shop, an_event, "later", "fr")
    before = {item.item_id for item in shop.recommend("later", limit=40).items}
    chosen, gone = sorted(before)[:2]
    shop.put(an_item(0, item_id=chosen, language="en"))
    shop.put(an_item(12_006, item_id="i9999", language="fr"))
    shop.delete(gone)
    after = {item.item_id for item in shop.recommend("later", limit=40).items}
    assert {chosen, gone}.isdisjoint(after)
    assert "i9999" in after
