"""A folder that was served by somebody who did all that can be done, and what the service said of its people."""

from types import SimpleNamespace

import pytest

PEOPLE = ("ann", "bob", "cleo", "dora", "finn")


@pytest.fixture(scope="session")
def lived(tmp_path_factory, open_household, an_event, an_item):
    """The folder of a household of people who changed their minds in every way, and what the service said of them."""
    folder, people = (
        tmp_path_factory.mktemp("lived"),
        ("ann", "bob", "cleo", "dora", "someone-erased", "session", "finn"),
    )
    with open_household(folder) as home:
        home.publish([an_item(number) for number in range(90)])
        home.ingest(*(an_event(n, people[n % 7], f"i{n:03}", days_ago=n / 10) for n in range(80)))
        home.ingest(an_event(200, "finn", "i001"), an_event(200, "session", "i002"), an_event(201, "bob", "i050"))
        home.patch("ann", goals=['read: "quotes", commas,\n é 😀'], preferences={"tags": ["rust"]})
        home.wish("ann", "chess", "mute")
        home.ignore_event("ann", "e7")
        home.reset("bob", keep_seen=True)
        home.switch("cleo", enabled=False)
        home.merge("finn", "session")
        home.erase("someone-erased")
        home.put(an_item(95))
        said = {user: told(home, user) for user in PEOPLE}
        exports = {user: exported(home, user) for user in PEOPLE}
    return SimpleNamespace(folder=folder, people=PEOPLE, said=said, exports=exports, told=told, exported=exported)


def told(home, user):
    """What the service says of a person, but for what names an answer."""
    slate = home.recommend(user, 20)
    return [(each.item_id, each.score, each.label) for each in slate.items], home.profile(user), home.controls(user)


def exported(home, user):
    """What a person's export holds, but for slates that live in one process."""
    return {name: list(rows()) for name, rows in home.export(user).parts().items() if name not in {"slates", "served"}}
