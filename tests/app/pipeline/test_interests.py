"""A person has several interests, each with its share of the slate, and what they do just now shifts it for a while."""

import numpy as np
import pytest

from app.pipeline.candidates import TERMS, Candidates
from app.pipeline.scorer import WeightedScorer
from app.pipeline.sources.interests import Interests

THEMES = ("rust", "gardening", "astronomy", "cooking", "cycling", "chess")


def liked(an_event, user, theme, count, days_ago=20.0, first=0):
    """Likes of items of one theme."""
    place = THEMES.index(theme)
    return [
        an_event(f"{user}-{theme}-{number}", user, f"i{place + 6 * number:03}", "like", days_ago)
        for number in range(first, first + count)
    ]


def share(slate, theme):
    return sum(theme in item.title for item in slate.items) / len(slate.items)


def test_an_interest_with_a_tenth_of_the_mass_is_not_averaged_away(home, an_event):
    home.ingest(*liked(an_event, "ann", "rust", 8), *liked(an_event, "ann", "chess", 1))
    home.patch("ann", preferences={"topics": ["chess"]})
    context = home.service._recommender.context("ann", 20, [])  # noqa: SLF001 - there is no public way in
    found = {context.catalogue.title(int(row)).split()[0] for row in Interests()(context)}
    assert found >= {"rust", "chess"}
    assert share(home.recommend("ann", limit=20), "chess") > 0


def test_an_item_is_held_against_what_the_person_did_in_its_own_topic_and_nothing_else(home, an_event):
    home.ingest(*liked(an_event, "ann", "rust", 8), *liked(an_event, "ann", "chess", 2))
    context = home.service._recommender.context("ann", 20, [])  # noqa: SLF001
    catalogue, (events, amounts) = context.catalogue, context.evidence.amounts
    rows = np.arange(len(catalogue), dtype=np.int32)
    same = catalogue.topics[rows][:, None] == catalogue.topics[events.rows][None, :]
    width = catalogue.space.content_dimension
    cosines = catalogue.index[rows][:, :width] @ catalogue.engage[events.rows][:, :width].T
    expected = (same * cosines) @ amounts / (0.5 + same @ amounts)
    scored = WeightedScorer(context.settings.weights)(context, Candidates.found(rows, np.zeros(len(rows), np.int8)))
    np.testing.assert_allclose(scored.terms[:, TERMS.index("interest")], expected[scored.rows], atol=1e-6)
    assert {catalogue.title(int(row)).split()[0] for row in rows[expected != 0]} == {"rust", "chess"}


def test_two_interests_are_scored_apart_where_an_average_lies_between_them(home, an_event):
    home.ingest(*liked(an_event, "ann", "rust", 3), *liked(an_event, "eve", "rust", 3))
    before = terms_of(home, "ann", "rust")
    home.ingest(*liked(an_event, "ann", "chess", 12))
    after = terms_of(home, "ann", "rust")
    both = before.keys() & after.keys()
    assert both
    for item in both:
        assert after[item]["interest"] == pytest.approx(before[item]["interest"])
        assert after[item]["similarity"] < before[item]["similarity"]


def terms_of(home, user, theme):
    """Of the items of the theme that are left, by id."""
    slate = home.recommend(user, limit=60, debug=True)
    return {item.item_id: item.terms for item in slate.items if theme in item.title}


def test_the_heaviest_interests_are_asked_where_there_are_more_than_may_be(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path / "two", query={"sources": {"most_interests": 2}}) as home:
        home.publish([an_item(number) for number in range(90)])
        for theme, count in (("rust", 6), ("cycling", 4), ("chess", 5)):
            home.ingest(*liked(an_event, "ann", theme, count))
        context = home.service._recommender.context("ann", 20, [])  # noqa: SLF001
        assert len(context.evidence.established) >= 3
        found = {context.catalogue.title(int(row)).split()[0] for row in Interests()(context)[:6]}
        assert found == {"rust", "chess"}


def test_without_candidates_of_single_interests_there_is_one_average(tmp_path, open_household, an_item, an_event):
    query = {"sources": {"interests": 0}}
    with open_household(tmp_path / "average", query=query) as home:
        home.publish([an_item(number) for number in range(90)])
        home.ingest(*liked(an_event, "ann", "rust", 3))
        context = home.service._recommender.context("ann", 20, [])  # noqa: SLF001
        assert not len(Interests()(context))
        assert len(home.recommend("ann", limit=20).items) == 20


def test_the_slate_follows_the_shares_of_the_interests(tmp_path, open_household, an_item, an_event):
    with open_household(tmp_path / "uncapped", query={"floors": {"topic_cap_share": 1.0}}) as home:
        home.publish([an_item(number) for number in range(180)])
        for user, shares in (("ann", (8, 2)), ("ben", (5, 5)), ("eve", (2, 8))):
            for theme, count in zip(("rust", "chess"), shares, strict=True):
                home.ingest(*liked(an_event, user, theme, count))
        slates = [home.recommend(user, limit=20) for user in ("ann", "ben", "eve")]
        rust, chess = [share(slate, "rust") for slate in slates], [share(slate, "chess") for slate in slates]
        assert rust[0] > rust[1] > rust[2] > 0
        assert 0 < chess[0] < chess[1] < chess[2]
        assert rust[1] == pytest.approx(chess[1], abs=0.11)


def test_a_session_shifts_the_slate_within_a_few_events_and_fades(home, an_event):
    home.ingest(*liked(an_event, "ann", "rust", 8))
    home.ingest(*liked(an_event, "ben", "rust", 8))
    before = home.recommend("ann", limit=10)
    home.ingest(*liked(an_event, "ann", "chess", 3, days_ago=0.0))
    home.ingest(*liked(an_event, "ben", "chess", 3, days_ago=1.0))
    just_now, a_day_later = home.recommend("ann", limit=10), home.recommend("ben", limit=10)
    assert share(just_now, "chess") > share(before, "chess")
    terms = [
        {item.item_id: item.terms["session"] for item in home.recommend(user, limit=60, debug=True).items}
        for user in ("ann", "ben")
    ]
    assert max(terms[0].values()) > 0.3
    assert not np.any(list(terms[1].values()))
    assert [item.item_id for item in just_now.items] != [item.item_id for item in a_day_later.items]


def test_what_a_person_spoke_against_is_owed_less_of_the_slate(home, an_event):
    home.ingest(*liked(an_event, "ann", "rust", 5), *liked(an_event, "ann", "chess", 5))
    before = share(home.recommend("ann", limit=20), "chess")
    home.ingest(*(an_event(f"no-{number}", "ann", f"i{5 + 6 * number:03}", "less_like_this", 0) for number in (6, 7)))
    assert share(home.recommend("ann", limit=20), "chess") < before
