"""The switch, wishes about topics, and a cold start from what is stated."""

import asyncio

import pytest

from app.errors import UnknownTopicError
from app.person.subject import Cluster, Subject
from app.requests.people import PreviewRequest, ProfilePatch


def essence(slate):
    return [(item.item_id, item.score, item.label, item.exploration) for item in slate.items], slate.receipt


def topic_of(home, item):
    return home.service.snapshot_swap.current.catalogue.slug_of(item)


def of_topic(home, topic, items):
    return sum(topic_of(home, item) == topic for item in items)


def items(home, user="ada", limit=20):
    return [item.item_id for item in home.recommend(user, limit=limit).items]


class TestTheSwitch:
    def test_off_is_popular_and_fresh_as_for_somebody_who_never_came(self, home, an_event):
        home.ingest(*(an_event(500 + n, "bob", f"i{n * 6 + 2:03}") for n in range(5)))
        never = essence(home.recommend("ada"))
        home.ingest(*(an_event(n, "ada", f"i{n * 6:03}") for n in range(6)))
        home.patch("ada", goals=["telescope galaxies"], preferences={"topics": [topic_of(home, "i005")]})
        home.switch("ada", enabled=False, keep_seen=False)
        assert essence(home.recommend("ada")) == never

    def test_what_was_kept_counts_again_and_what_happened_meanwhile_was_seen_only(self, home, an_event):
        home.ingest(an_event(1, "ada", "i000"))
        before = home.recommend("ada").items[0].label
        home.switch("ada", enabled=False)
        assert home.ingest(an_event(2, "ada", "i005"), an_event(3, "ada", "i011", "impression")) == ["ignored"] * 2
        assert home.stores.forgettings.seen(["ada"]).items == ["i005"]
        home.switch("ada", enabled=True)
        assert home.recommend("ada").items[0].label == before
        assert not {"i000", "i005"} & set(items(home, limit=90))
        assert home.profile("ada")["signals"]["positive"] == 1

    def test_not_even_seen_is_stored_if_asked(self, home, an_event):
        home.ingest(an_event(1, "ada", "i000"))
        home.switch("ada", enabled=False, keep_seen=False)
        assert home.ingest(an_event(2, "ada", "i005")) == ["ignored"]
        assert home.stores.forgettings.seen(["ada"]).items == []
        assert {"i000", "i005"} <= set(items(home, limit=90))

    def test_a_person_may_start_anew(self, home, an_event):
        never = essence(home.recommend("ada"))
        home.ingest(an_event(1, "ada", "i000"))
        home.switch("ada", enabled=False, history="forget", keep_seen=False)
        home.switch("ada", enabled=True)
        assert essence(home.recommend("ada")) == never

    def test_the_profile_has_the_same_switch(self, home, an_event):
        home.ingest(an_event(1, "ada", "i000"))
        assert not home.patch("ada", personalization=False)["personalization"]
        assert not home.recommend("ada").personalized
        assert home.patch("ada", personalization=None)["personalization"]
        assert home.recommend("ada").personalized

    def test_opting_out_is_counted_once_however_it_is_said(self, home):
        home.patch("ada", personalization=False)
        home.patch("ada", personalization=False)
        home.switch("ada", enabled=False)
        home.switch("bob", enabled=False)
        home.switch("bob", enabled=False, keep_seen=False)
        assert home.service.person.action_counts(0)["personalization_off"] == 2

    def test_it_outlives_a_restart(self, tmp_path, open_household, an_item, an_event):
        with open_household(tmp_path) as home:
            home.publish([an_item(number) for number in range(90)])
            home.ingest(an_event(1, "ada", "i000"))
            home.switch("ada", enabled=False)
            home.ingest(an_event(2, "ada", "i005"))
            before = essence(home.recommend("ada"))
        with open_household(tmp_path) as again:
            again.loop.run_until_complete(again.service.snapshot_swap.refresh())
            assert essence(again.recommend("ada")) == before
            assert again.ingest(an_event(3, "ada", "i006")) == ["ignored"]


class TestWishes:
    @pytest.fixture
    def known(self, home, an_event):
        """Ada liked rust and, a little, chess."""
        home.ingest(*(an_event(n, "ada", f"i{n * 6:03}") for n in range(6)))
        home.ingest(an_event(8, "ada", "i005"))
        return home

    def test_more_less_and_mute_change_how_much_there_is(self, known):
        chess = topic_of(known, "i005")
        before = of_topic(known, chess, items(known))
        known.wish("ada", chess, "more")
        more = of_topic(known, chess, items(known))
        known.wish("ada", chess, "less")
        less = of_topic(known, chess, items(known))
        known.wish("ada", chess, "mute")
        assert more > before > less
        assert of_topic(known, chess, items(known)) == 0

    def test_a_removed_interest_is_as_if_it_had_never_been(self, home, an_event):
        home.ingest(*(an_event(n, "ada", f"i{n * 6:03}") for n in range(4)))
        home.ingest(*(an_event(n, "eve", f"i{n * 6:03}") for n in range(10, 14)))
        chess = topic_of(home, "i005")
        known = {each["topic"]: each["share"] for each in home.profile("ada")["implicit"]["topics"]}
        home.ingest(an_event(9, "ada", "i005"))
        home.wish("ada", chess, "more")
        home.wish("ada", chess, None)
        profile = home.profile("ada")
        assert {each["topic"]: each["share"] for each in profile["implicit"]["topics"]} == known
        assert profile["explicit"]["preferences"]["topics"] == []
        assert "i005" not in items(home, limit=90)  # it was seen all the same

    @pytest.mark.parametrize("wish", ["more", "less", "mute", None])
    def test_a_preview_shows_what_comes_of_it(self, known, wish):
        chess = topic_of(known, "i005")
        preview = known.wish("ada", chess, wish, preview=True)
        assert [each["item_id"] for each in preview["before"]["items"]] == items(known)
        preview = known.wish("ada", chess, wish, preview=True)  # what was shown in between bears on exploration
        known.wish("ada", chess, wish)
        after = known.service.person._recommender.preview(  # noqa: SLF001 - there is no public way in
            "ada", 20, known.service.snapshot_swap.current.people.get("ada")
        )
        assert [each["item_id"] for each in preview["after"]["items"]] == [each.item_id for each in after.items]

    def test_the_answer_says_how_much_the_whole_subject_comprises(self, home, an_item):
        chess = topic_of(home, "i005")
        comprises = home.wish("ada", chess, "mute")["comprises"]
        catalogue = home.service.snapshot_swap.current.catalogue
        assert comprises["items"] == len(catalogue.rows_of_topic(catalogue.topic_slugs.index(chess))) == 15
        assert comprises["items"] == sum(each["items"] for each in comprises["clusters"])
        assert comprises["clusters"][0]["tags"][0] == "chess"
        home.put(an_item(95))
        again = home.wish("ada", chess, None, preview=True)["comprises"]
        assert again["items"] == 16
        assert "16 items" in again["statement"]

    def test_clusters_that_are_one_subject_are_told_apart_in_a_sentence(self):
        subject = Subject("documentary", (Cluster(61, ("war", "history")), Cluster(31, ())))
        assert subject.payload()["statement"] == (
            "Documentary: 92 items in 2 groups, all of which are meant: 61 (War and History), 31 (without tags)."
        )

    def test_one_topic_bears_one_wish(self, known):
        chess = topic_of(known, "i005")
        for wish in ("more", "mute", "less", "more"):
            known.wish("ada", chess, wish)
        explicit = known.profile("ada")["explicit"]
        assert (explicit["preferences"]["topics"], explicit["preferences"]["less_of"]) == ([chess], [])
        assert explicit["muted"]["topics"] == []

    def test_wishes_at_the_same_moment_leave_each_other_alone(self, known):
        topics = sorted({topic_of(known, f"i{number:03}") for number in range(6)})

        async def wish_all():
            person = known.service.person
            await asyncio.gather(*(person.wish("ada", topic, "more", PreviewRequest()) for topic in topics))

        known.loop.run_until_complete(wish_all())
        assert sorted(known.profile("ada")["explicit"]["preferences"]["topics"]) == topics

    @pytest.mark.parametrize("preview", [True, False])
    def test_an_unknown_topic_is_not_found(self, known, preview):
        with pytest.raises(UnknownTopicError):
            known.wish("ada", "no-such-topic", "more", preview=preview)

    def test_preferred_providers_and_formats_come_first(self, home):
        plain = home.recommend("ada", limit=20).items
        home.patch("ada", preferences={"formats": ["video"], "providers": ["p1"]})
        after = home.recommend("ada", limit=20).items
        assert sum(int(item.item_id[1:]) % 4 == 1 for item in after) > sum(
            int(item.item_id[1:]) % 4 == 1 for item in plain
        )


@pytest.mark.parametrize(
    ("stated", "kept", "most"),
    [
        ({"providers": ["p2"]}, lambda item: item.provider == "p2", 4),
        ({"formats": ["video"]}, lambda item: item.format == "video", 8),
    ],
)
def test_preferred_kinds_come_first_where_nothing_else_speaks_for_an_item(
    open_household, tmp_path, an_item, stated, kept, most
):
    with open_household(tmp_path) as home:
        stock = [an_item(number, published_at=None) for number in range(90)]
        home.publish(stock)
        home.patch("ada", preferences=stated)
        slate = home.recommend("ada", limit=10, debug=True).items
        of_kind = {item.item_id for item in stock if kept(item)}
        first = [item.item_id in of_kind for item in slate]
        assert first == [True] * most + [False] * (10 - most)
        home.patch("ada", preferences=None)
        assert sum(item.item_id in of_kind for item in home.recommend("ada", limit=10).items) < most


def test_stated_topics_steer_a_cold_start(home):
    chess = topic_of(home, "i005")
    before = of_topic(home, chess, items(home))
    home.patch("ada", preferences={"topics": [chess]})
    assert home.recommend("ada").personalized
    assert of_topic(home, chess, items(home)) > before


def test_edits_of_many_people_at_once_are_all_there_and_outlive_a_restart(tmp_path, open_household, an_item):
    people = [f"person-{number % 20}" for number in range(60)]

    async def edit(home):
        fields = ("role", "goals", "time_zone")
        values = ("nurse", ["grow vegetables"], "Europe/Berlin")
        patches = [ProfilePatch.model_validate({fields[n // 20]: values[n // 20]}) for n in range(60)]
        await asyncio.gather(*map(home.service.person.patch, people, patches))

    with open_household(tmp_path) as home:
        home.publish([an_item(number) for number in range(90)])
        home.loop.run_until_complete(edit(home))
        before = [(home.profile(each)["explicit"], home.etag(each)) for each in people]
        slate = essence(home.recommend("person-3"))
        assert [len(home.controls(each)["actions"]) for each in people] == [3] * 60
    assert all(explicit["role"] and explicit["goals"] and explicit["time_zone"] for explicit, _ in before)
    with open_household(tmp_path) as again:
        again.loop.run_until_complete(again.service.snapshot_swap.refresh())
        assert [(again.profile(each)["explicit"], again.etag(each)) for each in people] == before
        assert essence(again.recommend("person-3")) == slate
