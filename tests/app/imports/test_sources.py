"""Every program and format that is known by name: small files in, exact items, events and people out."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from app.imports.event_types import KNOWN, LEFT_OUT
from app.imports.kinds import Kind
from app.imports.opening import open_import
from app.imports.sources.table import SOURCES
from app.imports.wishes import Wishes
from indexer.mends import Mends
from indexer.readers import InputFileError
from indexer.validation import parse

AT = datetime(2026, 3, 1, 10, tzinfo=UTC)
SECONDS = int(AT.timestamp())
ISO = "2026-03-01T10:00:00Z"


def opened(path, content, kind, **wishes):
    text = content if isinstance(content, str) else "\n".join(map(json.dumps, content))
    path.write_text(text, encoding="utf-8")
    return open_import(path, Kind(kind), Wishes.model_validate(wishes))


def good(file):
    """The rows that are good, as documents with what was given."""
    rows = [row for row in file() if row.problem is None and row.aside is None]
    documents = [parse(file.kind.document, row.value, Mends()) for row in rows]
    assert not [each for each in documents if isinstance(each, list)]
    return documents


def events(file):
    """(user, item, type, value) of each event, all of which are of one moment."""
    found = good(file)
    assert {each.occurred_at for each in found} == {AT}
    return [(each.user_id, each.item_id, str(each.type), each.value) for each in found]


def aside(file):
    return [row.aside for row in file() if row.aside]


class TestGorse:
    def test_feedback(self, tmp_path):
        rows = [
            {"FeedbackType": "star", "UserId": "u", "ItemId": "i", "Value": 0, "Timestamp": ISO, "Comment": ""},
            {
                "FeedbackType": "like",
                "UserId": "u",
                "ItemId": "j",
                "Value": 2.5,
                "Timestamp": "2026-03-01T11:00:00+01:00",
            },
        ]
        file = opened(tmp_path / "feedback.jsonl", rows, "events")
        assert file.source is SOURCES["gorse"]
        assert events(file) == [("u", "i", "save", None), ("u", "j", "like", 2.5)]

    def test_a_repeated_feedback_is_the_same_whenever_it_came(self, tmp_path):
        text = "feedback_type,user_id,item_id,value,time_stamp\nread,u,i,0,{} +0000 UTC\n"
        one = good(opened(tmp_path / "a.csv", text.format("2026-03-01 10:00:00"), "events"))
        other = good(opened(tmp_path / "b.csv", text.format("2026-04-01 10:00:00"), "events"))
        assert one[0].occurred_at == AT != other[0].occurred_at
        assert one[0].event_id == other[0].event_id

    def test_items_and_users(self, tmp_path):
        told = {"Timestamp": ISO, "Comment": "The Boat"}
        items = [
            {"ItemId": "i", "IsHidden": False, "Categories": ["film"], "Labels": {"of": ["war", "sea"]}} | told,
            {"ItemId": "j", "IsHidden": False, "Timestamp": "0001-01-01T00:00:00Z", "Labels": [], "Comment": ""},
            {"ItemId": "k", "IsHidden": True, "Categories": [], "Labels": []} | told,
        ]
        file = opened(tmp_path / "items.jsonl", items, "items")
        boat, bare = good(file)
        assert (boat.title, boat.tags, boat.published_at) == ("The Boat", ["film", "war", "sea"], AT)
        assert (bare.title, bare.published_at) == ("j", None)
        assert aside(file) == ["hidden items"]
        users = [{"UserId": "u", "Labels": ["tea"], "Subscribe": None, "Comment": ""}]
        (user,) = good(opened(tmp_path / "users.jsonl", users, "users"))
        assert user.preferences.tags == ["tea"]


class TestPersonalize:
    TEXT = "USER_ID,ITEM_ID,EVENT_TYPE,EVENT_VALUE,TIMESTAMP,IMPRESSION\n"

    def test_an_impression_is_several_events(self, tmp_path):
        file = opened(tmp_path / "a.csv", f"{self.TEXT}u,i,Watch,0.5,{SECONDS},a|i|b\nv,j,,,{SECONDS},\n", "events")
        shown = [("u", item, "impression", None) for item in ("a", "i", "b")]
        assert events(file) == [*shown, ("u", "i", "watch", 0.5), ("v", "j", "click", None)]
        assert [each.position for each in good(file)] == [0, 1, 2, None, None]
        assert len({each.event_id for each in good(file)}) == 5
        assert [row.number for row in file()] == [2, 2, 2, 2, 3]

    def test_milliseconds_stop_the_run_at_the_first_row(self, tmp_path):
        file = opened(tmp_path / "a.csv", f"{self.TEXT}u,i,Watch,,{SECONDS}000,\n", "events")
        with pytest.raises(InputFileError, match=r"a\.csv row 2: .* in seconds .* \(--time-unit ms\)"):
            list(file())
        assert events(opened(tmp_path / "a.csv", f"{self.TEXT}u,i,Watch,,{SECONDS}000,\n", "events", time_unit="ms"))

    def test_items(self, tmp_path):
        text = "ITEM_ID,TITLE,GENRES,PRICE,CREATION_TIMESTAMP\ni,Boat,War|Sea,2.5,{}\n"
        (item,) = good(opened(tmp_path / "items.csv", text.format(SECONDS), "items"))
        assert (item.title, item.tags, item.published_at) == ("Boat", ["war", "sea"], AT)
        assert item.attributes == {"price": 2.5}


class TestRecombee:
    def test_a_batch_of_requests(self, tmp_path):
        seen = {"userId": "u", "itemId": "i", "timestamp": SECONDS}
        requests = [
            {"method": "POST", "path": "/detailviews/", "params": {**seen, "duration": 30}},
            {"method": "POST", "path": "/ratings/", "params": {**seen, "rating": -0.5}},
            {"method": "POST", "path": "/purchases/", "params": {**seen, "timestamp": ISO, "price": 2.5, "amount": 2}},
            {"method": "POST", "path": "/viewportions/", "params": {**seen, "portion": 0.3, "recommId": "r1"}},
            {"method": "PUT", "path": "/users/u"},
        ]
        file = opened(tmp_path / "batch.json", json.dumps({"requests": requests}), "events")
        kinds = [("view", None), ("dwell", 30), ("rating", 2.0), ("purchase", 5.0), ("watch", 0.3)]
        assert events(file) == [("u", "i", kind, value) for kind, value in kinds]
        assert good(file)[-1].recommendation_id == "r1"
        assert aside(file) == ["requests that add no interaction"]

    def test_what_a_list_of_its_api_holds(self, tmp_path):
        rows = [{"userId": "u", "itemId": "i", "rating": 1.0, "timestamp": SECONDS}]
        assert events(opened(tmp_path / "a.json", json.dumps(rows), "events")) == [("u", "i", "rating", 5.0)]
        items = [{"itemId": "i", "title": "Boat", "categories": ["war"], "price": 3}]
        (item,) = good(opened(tmp_path / "b.json", json.dumps(items), "items"))
        assert (item.item_id, item.title, item.tags, item.attributes) == ("i", "Boat", ["war"], {"price": 3})


class TestSegment:
    def call(self, event, properties, **more):
        told = {"type": "track", "event": event, "messageId": "m1", "userId": "u", "timestamp": ISO}
        return told | {"properties": properties, "anonymousId": "a"} | more

    def test_products_of_an_order_are_several_events(self, tmp_path):
        order = {"products": [{"product_id": "i", "price": 2.5, "quantity": 2}, {"product_id": "j", "price": 1}]}
        rows = [
            self.call("Order Completed", order),
            self.call("Product Viewed", {"product_id": "k"}, messageId="m2", userId=None),
            self.call("Product Removed", {"product_id": "k"}),
            self.call("Signed Up", {}),
            {"type": "page", "anonymousId": "a", "messageId": "m3", "timestamp": ISO, "properties": {}},
        ]
        file = opened(tmp_path / "a.ndjson", rows, "events")
        bought = [("u", "i", "purchase", 5.0), ("u", "j", "purchase", 1)]
        assert events(file) == [*bought, ("a", "k", "view", None)]  # a guest, whom merge joins to a person
        assert [each.event_id for each in good(file)] == ["m1:i", "m1:j", "m2"]
        assert aside(file) == [
            "of the type Product Removed, which are left out",
            "events about no item",
            "calls of page",
        ]

    def test_what_is_not_in_the_specification_is_counted_and_not_guessed(self, tmp_path):
        file = opened(tmp_path / "a.ndjson", [self.call("Recipe Cooked", {"id": "k"})], "events")
        assert next(row.problem for row in file()).startswith('has the unknown type "Recipe Cooked"')
        said = {"Recipe Cooked": "complete"}
        assert events(opened(tmp_path / "a.ndjson", [self.call("Recipe Cooked", {"id": "k"})], "events", types=said))


class TestGA4:
    def row(self, name, **more):
        return {"event_name": name, "event_timestamp": f"{SECONDS}000000", "user_pseudo_id": "1.2"} | more

    def test_microseconds_items_and_parameters(self, tmp_path):
        page = {"event_params": [{"key": "page_location", "value": {"string_value": "https://a.example/1"}}]}
        scrolled = {"event_params": [{"key": "item_id", "value": {"string_value": "x"}}]}
        items = [
            {"item_id": "i", "price": 2.5, "quantity": "2"},
            {"item_id": "j", "price": 1},
            {"item_id": "(not set)"},
        ]
        rows = [
            self.row("purchase", user_id="u", items=items),
            self.row("scroll", **scrolled),
            self.row("page_view", **page),
            self.row("session_start"),
        ]
        file = opened(tmp_path / "a.json", json.dumps(rows), "events")
        bought = [("u", "i", "purchase", 5.0), ("u", "j", "purchase", 1.0)]
        assert events(file) == [*bought, ("1.2", "x", "scroll", 0.9)]
        assert aside(file) == ["events about no item"] * 2
        by_page = {"item_id": ["page_location"]}
        pages = opened(tmp_path / "a.json", json.dumps(rows[2:3]), "events", source="ga4", map=by_page)
        assert events(pages) == [("1.2", "https://a.example/1", "view", None)]

    def test_seconds_are_refused(self, tmp_path):
        row = self.row("view_item", items=[{"item_id": "i"}]) | {"event_timestamp": SECONDS}
        with pytest.raises(InputFileError, match=r"in microseconds .* \(--time-unit s\)"):
            list(opened(tmp_path / "a.ndjson", [row], "events")())


class TestMetarank:
    AT = f"{SECONDS}000"
    FIELDS = (("title", "Boat"), ("genres", ["war"]), ("votes", 3))
    ROWS = (
        {"event": "item", "item": "i", "fields": [{"name": name, "value": value} for name, value in FIELDS]},
        {"event": "ranking", "id": "r1", "user": "u", "items": [{"id": "i"}, {"id": "j"}]},
        {"event": "interaction", "id": "e1", "ranking": "r1", "session": "s", "type": "click", "item": "j"},
        {"event": "user", "user": "u", "fields": [{"name": "age", "value": 30}]},
    )

    def test_a_ranking_is_what_was_shown(self, tmp_path):
        file = opened(tmp_path / "a.jsonl", [{**row, "timestamp": self.AT} for row in self.ROWS], "events")
        shown = [("u", item, "impression", None) for item in ("i", "j")]
        assert events(file) == [*shown, ("s", "j", "click", None)]
        assert [(each.recommendation_id, each.position) for each in good(file)] == [("r1", 0), ("r1", 1), ("r1", None)]
        assert good(file)[-1].event_id == "e1"
        assert aside(file) == ["events of the kind item", "events of the kind user"]

    def test_items_and_users_of_the_same_file(self, tmp_path):
        (item,) = good(opened(tmp_path / "a.jsonl", [{**row, "timestamp": self.AT} for row in self.ROWS], "items"))
        assert (item.item_id, item.title, item.tags, item.attributes) == ("i", "Boat", ["war"], {"votes": 3})
        (user,) = good(opened(tmp_path / "a.jsonl", [{**row, "timestamp": self.AT} for row in self.ROWS], "users"))
        assert (user.user_id, user.attributes) == ("u", {"age": 30})


class TestAlgolia:
    def test_an_event_is_about_each_of_its_objects(self, tmp_path):
        told = {"eventName": "x", "index": "p", "userToken": "a", "timestamp": SECONDS * 1000}
        bought = {"eventType": "conversion", "eventSubtype": "purchase", "authenticatedUserToken": "u"}
        rows = [
            told | bought | {"objectIDs": ["i", "j"], "objectData": [{"price": 2.5, "quantity": 2}, {"price": "1"}]},
            told | {"eventType": "click", "objectIDs": ["i"], "positions": [3], "queryID": "q"},
            told | {"eventType": "view", "filters": ["brand:x"]},
            told | {"eventType": "conversion", "objectIDs": ["i"]},
        ]
        file = opened(tmp_path / "a.json", json.dumps({"events": rows}), "events")
        assert events(file) == [("u", "i", "purchase", 5.0), ("u", "j", "purchase", 1.0), ("a", "i", "click", None)]
        assert (good(file)[2].position, good(file)[2].recommendation_id) == (2, "q")
        assert aside(file) == ["events about filters"]
        assert [row.number for row in file() if row.problem] == [4]

    def test_records(self, tmp_path):
        rows = [{"objectID": "i", "name": "Boat", "categories": ["War"], "brand": "B", "price": 3}]
        (item,) = good(opened(tmp_path / "a.json", json.dumps(rows), "items"))
        assert (item.title, item.tags, item.provider, item.attributes) == ("Boat", ["war"], "B", {"price": 3})


class TestSnowplow:
    PRODUCTS = "contexts_com_snowplowanalytics_snowplow_ecommerce_product_1"
    ACTION = "unstruct_event_com_snowplowanalytics_snowplow_ecommerce_snowplow_ecommerce_action_1"

    def test_times_are_utc_and_products_are_entities(self, tmp_path):
        told = {
            "event_id": "e1",
            "event_name": "snowplow_ecommerce_action",
            "derived_tstamp": "2026-03-01 10:00:00.000",
        }
        rows = [
            told | {"user_id": "u", "domain_userid": "d", self.ACTION: {"type": "transaction"},
                    self.PRODUCTS: [{"id": "i"}, {"id": "j"}]},
            {"event_id": "e2", "event_name": "page_view", "domain_userid": "d", "derived_tstamp": ISO, "user_id": None},
        ]  # fmt: skip
        file = opened(tmp_path / "a.ndjson", rows, "events")
        assert events(file) == [("u", "i", "purchase", None), ("u", "j", "purchase", None)]
        assert [each.event_id for each in good(file)] == ["e1:i", "e1:j"]
        assert aside(file) == ["events about no item"]


class TestMovieLens:
    def test_films_and_ratings(self, tmp_path):
        text = "movieId,title,genres\n1,Toy Story (1995),Animation|Comedy\n2,Nameless,(no genres listed)\n"
        one, two = good(opened(tmp_path / "movies.csv", text, "items"))
        assert (one.title, one.tags, one.published_at.year) == ("Toy Story (1995)", ["animation", "comedy"], 1995)
        assert (two.tags, two.published_at) == ([], None)
        file = opened(tmp_path / "ratings.csv", f"userId,movieId,rating,timestamp\n1,2,4.5,{SECONDS}\n", "events")
        assert events(file) == [("1", "2", "rating", 4.5)]


class TestFeeds:
    RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>B</title><language>de</language>
        <item><title>Brot</title><link>https://b.example/1</link><guid>g1</guid><category>essen</category>
        <dc:creator>Ada</dc:creator><pubDate>Sun, 01 Mar 2026 10:00:00 GMT</pubDate><description>kurz</description>
        <content:encoded><![CDATA[<p>Ganzer <b>Text</b></p>]]></content:encoded></item>
        <item><title>Salz</title><link>https://b.example/2</link></item></channel></rss>"""
    ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>B</title><entry>
        <title>Bread</title><id>urn:1</id><link href="https://b.example/1"/><updated>2026-03-02T10:00:00Z</updated>
        <published>2026-03-01T10:00:00Z</published><category term="food"/><author><name>Ada</name></author>
        <summary>short</summary></entry></feed>"""

    def test_rss(self, tmp_path):
        bread, salt = good(opened(tmp_path / "feed.xml", self.RSS, "items"))
        assert (bread.item_id, bread.title, bread.text) == ("g1", "Brot", "Ganzer Text")
        assert (bread.tags, bread.language, bread.provider) == (["essen"], "de", "Ada")
        assert (bread.published_at, bread.url, bread.format) == (AT, "https://b.example/1", "article")
        assert (salt.item_id, salt.published_at) == ("https://b.example/2", None)

    def test_atom(self, tmp_path):
        (bread,) = good(opened(tmp_path / "feed.atom", self.ATOM, "items"))
        assert (bread.item_id, bread.text, bread.tags, bread.provider) == ("urn:1", "short", ["food"], "Ada")
        assert bread.published_at == AT

    def test_json_feed(self, tmp_path):
        item = {"id": "1", "title": "Bread", "content_html": "<p>Flour</p>", "date_published": ISO, "tags": ["food"]}
        feed = {"version": "https://jsonfeed.org/version/1.1", "title": "B", "language": "en", "items": [item]}
        file = opened(tmp_path / "feed.json", json.dumps(feed, indent=1), "items")
        (bread,) = good(file)
        assert file.source is SOURCES["jsonfeed"]
        assert (bread.text, bread.tags, bread.language, bread.published_at) == ("Flour", ["food"], "en", AT)

    def test_entities_that_a_document_defines_are_refused(self, tmp_path):
        bomb = (
            '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><rss version="2.0"><channel><item><title>&b;</title>'
        )
        with pytest.raises(InputFileError, match="defines entities of its own"):
            opened(tmp_path / "feed.xml", f"{bomb}</item></channel></rss>", "items")

    def test_what_is_no_feed_is_told(self, tmp_path):
        with pytest.raises(InputFileError, match="is no feed"):
            opened(tmp_path / "a.xml", "<html><body>no</body></html>", "items")


class TestMerchant:
    def test_a_table(self, tmp_path):
        text = (
            "id\ttitle\tdescription\tlink\timage_link\tavailability\tprice\tbrand\tgoogle_product_category\tproduct_type\n"
            "1\tShoe\t<b>Light</b> shoe\thttps://s.example/1\thttps://s.example/1.jpg\tin_stock\t19.99 USD\tPacer\t"
            "Apparel > Shoes\tShoes > Running\n"
        )
        (shoe,) = good(opened(tmp_path / "feed.tsv", text, "items"))
        assert (shoe.text, shoe.provider, shoe.tags) == ("Light shoe", "Pacer", ["shoes", "running", "apparel"])
        assert shoe.attributes == {
            "price": 19.99,
            "currency": "USD",
            "in_stock": True,
            "image": "https://s.example/1.jpg",
            "category": "Shoes > Running",
        }

    def test_a_feed_in_xml(self, tmp_path):
        item = """<item><g:id>1</g:id><g:title>Shoe</g:title><g:description>Light</g:description><g:price>EUR 1.234,50
            </g:price><g:availability>out of stock</g:availability><g:product_type>Shoes</g:product_type>
            <g:product_type>Sale</g:product_type><link>https://s.example/1</link></item>"""
        head = '<rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel><title>S</title>'
        text = f"{head}{item}{item.replace('>1<', '>2<')}</channel></rss>"
        path = tmp_path / "feed.xml.gz"
        path.write_bytes(gzip.compress(text.encode()))
        file = open_import(path, Kind.ITEMS, Wishes(source="merchant"))
        shoe, other = good(file)
        assert (shoe.item_id, other.item_id, shoe.tags, shoe.url) == (
            "1",
            "2",
            ["shoes", "sale"],
            "https://s.example/1",
        )
        assert shoe.attributes == {"price": 1234.5, "currency": "EUR", "in_stock": False, "category": ["Shoes", "Sale"]}


class TestShopify:
    HEAD = "Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Variant Inventory Qty,Variant Price,Image Src,Status\n"

    def test_variants_of_a_product_are_one_item(self, tmp_path):
        rows = (
            'shoe,Shoe,<p>Light</p>,Pacer,Shoes,"running, red",TRUE,0,40.00,https://s.example/1.jpg,active\n'
            "shoe,,,,,,,3,35.50,,\n"
            "shoe,,,,,,,,,https://s.example/2.jpg,\n"
            "hat,Hat,,Pacer,,,TRUE,0,10.00,,active\n"
            "draft,Draft,,Pacer,,,TRUE,0,10.00,,draft\n"
        )
        file = opened(tmp_path / "products.csv", self.HEAD + rows, "items")
        shoe, hat = good(file)
        assert (shoe.item_id, shoe.title, shoe.text) == ("shoe", "Shoe", "Light")
        assert (shoe.provider, shoe.tags) == ("Pacer", ["running", "red", "shoes"])
        image = "https://s.example/1.jpg"
        assert shoe.attributes == {"price": 35.5, "in_stock": True, "image": image, "variants": 2}
        assert (hat.attributes, hat.text) == ({"price": 10.0, "in_stock": False}, "")
        assert aside(file) == ["products that are drafts, archived or not published"]

    def test_the_newer_names_of_columns(self, tmp_path):
        text = (
            "Title,URL handle,Description,Vendor,Type,Tags,Published on online store,Status,Price,Inventory quantity\n"
        )
        (shoe,) = good(opened(tmp_path / "a.csv", f"{text}Shoe,shoe,Light,Pacer,,,TRUE,Active,40.00,2\n", "items"))
        assert (shoe.item_id, shoe.text, shoe.attributes) == ("shoe", "Light", {"price": 40.0, "in_stock": True})


class TestNames:
    def test_a_wrong_name_is_told_with_what_the_file_looks_like(self, tmp_path):
        text = "movieId,title,genres\n1,Toy Story (1995),Animation\n"
        with pytest.raises(InputFileError, match=r"no file of items of Shopify, but looks like items of MovieLens"):
            opened(tmp_path / "a.csv", text, "items", source="shopify")
        with pytest.raises(InputFileError, match="there is no source 'shopfy', perhaps shopify"):
            opened(tmp_path / "a.csv", text, "items", source="shopfy")
        with pytest.raises(InputFileError, match="Shopify has no events, but items"):
            opened(tmp_path / "a.csv", text, "events", source="shopify")

    def test_another_kind_is_told_with_the_command(self, tmp_path):
        with pytest.raises(InputFileError, match=r"holds items of MovieLens: penchant import items a\.csv"):
            opened(tmp_path / "a.csv", "movieId,title,genres\n1,Toy Story (1995),Animation\n", "events")

    def test_every_type_that_a_source_translates_to_is_one(self):
        for source in SOURCES.values():
            assert {*source.types.values()} <= {*KNOWN, LEFT_OUT}


def test_an_episode_of_a_podcast_is_audio_and_leads_to_its_file(tmp_path):
    content = (
        '<?xml version="1.0"?><rss version="2.0"><channel><title>Moss</title><link>https://moss.example</link>'
        "<description>d</description><item><guid>ep1</guid><title>Peat</title>"
        '<enclosure url="https://moss.example/1.mp3" type="audio/mpeg" length="1"/></item>'
        "<item><guid>a1</guid><title>Bog</title><link>https://moss.example/a1</link></item></channel></rss>"
    )
    episode, article = good(opened(tmp_path / "podcast.xml", content, "items"))
    assert (episode.format, episode.url) == ("audio", "https://moss.example/1.mp3")
    assert (article.format, article.url) == ("article", "https://moss.example/a1")
