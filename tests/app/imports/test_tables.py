"""Tables as people have them: every separator, encoding and oddity of a CSV file."""

import gzip

import pytest

from app.imports.kinds import Kind
from app.imports.opening import open_import
from app.imports.wishes import Wishes
from indexer.readers import InputFileError


def rows(path, content, kind=Kind.ITEMS, **wishes):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return [row.value for row in open_import(path, kind, Wishes.model_validate(wishes))()]


def titles(found):
    return [each["title"] for each in found]


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_every_separator_is_found(tmp_path, sign):
    found = rows(tmp_path / "a.csv", f"item_id{sign}title\n1{sign}One\n2{sign}Two\n")
    assert found == [{"item_id": "1", "title": "One"}, {"item_id": "2", "title": "Two"}]


def test_the_first_line_of_excel_names_the_separator(tmp_path):
    assert rows(tmp_path / "a.csv", "sep=;\nitem_id;title\n1;One, two\n") == [{"item_id": "1", "title": "One, two"}]


def test_marks_encodings_and_ends_of_lines(tmp_path):
    text = "item_id,title\r\n1,Größe\r\n"
    for content in (text.encode("utf-8-sig"), text.encode("utf-16")):
        assert titles(rows(tmp_path / "a.csv", content)) == ["Größe"]
    assert titles(rows(tmp_path / "b.csv", text.encode("cp1252"), encoding="cp1252")) == ["Größe"]
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(text.encode()))
    assert [row.value["title"] for row in open_import(tmp_path / "c.csv.gz", Kind.ITEMS, Wishes())()] == ["Größe"]
    with pytest.raises(InputFileError, match=r"is not written in UTF-8 .* --encoding cp1252"):
        rows(tmp_path / "d.csv", text.encode("cp1252"))


def test_quoted_cells_hold_separators_quotes_and_ends_of_lines(tmp_path):
    found = rows(tmp_path / "a.csv", 'item_id,title,text\n1,"One, ""1""","two\nlines"\n2,Two,\n')
    assert found == [{"item_id": "1", "title": 'One, "1"', "text": "two\nlines"}, {"item_id": "2", "title": "Two"}]


def test_a_backslash_before_a_quote(tmp_path):
    found = rows(tmp_path / "a.csv", 'item_id;title\n"1";"He said \\"hi; ho\\""\n"2";"b"\n')
    assert titles(found) == ['He said "hi; ho"', "b"]


def test_a_title_above_the_table_is_no_header(tmp_path):
    assert titles(rows(tmp_path / "a.csv", "Our products\n\nitem_id,title\n1,One\n")) == ["One"]


def test_a_column_that_is_there_twice_must_be_named_by_its_place(tmp_path):
    text = "item_id,title,title\n1,One,Eins\n"
    with pytest.raises(InputFileError, match=r"title is there 2 times, #2, #3"):
        rows(tmp_path / "a.csv", text)
    with pytest.raises(InputFileError, match=r"such as #2"):
        rows(tmp_path / "a.csv", text, map={"title": ["title"]})
    assert titles(rows(tmp_path / "a.csv", text, map={"title": ["#3"]})) == ["Eins"]


def test_a_table_without_a_header_is_mapped_by_places(tmp_path):
    maps = {"user_id": ["#1"], "item_id": ["#2"], "value": ["#3"], "occurred_at": ["#4"]}
    text = "196\t242\t3\t881250949\n186\t302\t3\t891717742\n"
    found = rows(tmp_path / "u.data", text, Kind.EVENTS, map=maps, set={"type": "like"})
    assert [(each["user_id"], each["item_id"], each["value"]) for each in found] == [
        ("196", "242", 3),
        ("186", "302", 3),
    ]


def test_a_row_of_too_many_cells_is_refused_alone(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("item_id,title\n1,One\n2,Two,2,3\n3,Three\n4\n")
    found = list(open_import(path, Kind.ITEMS, Wishes())())
    assert [row.problem for row in found] == [None, "has 4 cells, and the header has 2 names", None, None]
    assert [row.number for row in found] == [2, 3, 4, 5]


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path, text):
    with pytest.raises(InputFileError, match="is empty"):
        rows(tmp_path / "a.csv", text)


def test_a_header_alone_has_no_rows(tmp_path):
    assert rows(tmp_path / "a.csv", "item_id,title\n") == []


class TestNumbers:
    def test_a_comma_before_decimals(self, tmp_path):
        text = "user_id;item_id;type;value;occurred_at\nu;i;dwell;1.012,5;2026-03-01T10:00:00Z\n"
        assert rows(tmp_path / "a.csv", text, Kind.EVENTS)[0]["value"] == 1012.5
        text = 'user_id,item_id,type,value\nu,i,dwell,"12,5"\nu,i,dwell,"1,234"\n'
        assert [each["value"] for each in rows(tmp_path / "b.csv", text, Kind.EVENTS)] == [12.5, "1,234"]
        assert [each["value"] for each in rows(tmp_path / "b.csv", text, Kind.EVENTS, decimal=".")] == ["12,5", 1234]

    def test_attributes_by_the_looks_of_their_column(self, tmp_path):
        text = "item_id;title;price;ean;size;new\n1;One;12,50;0012;42;true\n2;Two;1,5;0013;XL;false\n"
        found = rows(tmp_path / "a.csv", text, map={"attributes": ["*"]})
        assert found[0]["attributes"] == {"price": 12.5, "ean": "0012", "size": "42", "new": True}
        assert found[1]["attributes"] == {"price": 1.5, "ean": "0013", "size": "XL", "new": False}


class TestColumns:
    def test_names_in_other_letters_are_the_same_names(self, tmp_path):
        assert rows(tmp_path / "a.csv", "Item ID,TITLE,publishedAt\n1,One,2026-01-02\n") == [
            {"item_id": "1", "title": "One", "published_at": "2026-01-02"}
        ]

    def test_what_is_not_clear_is_said_with_a_mend(self, tmp_path):
        with pytest.raises(InputFileError) as raised:
            rows(tmp_path / "a.csv", "sku,name,brand,category,subcategory,colour\n1,One,B,c,s,red\n")
        for said in (
            "has no column for item_id and no column for title or text",
            "It has: sku, name, brand, category, subcategory, colour.",
            "--map item_id=sku --map title=name --map tags=category --map tags=subcategory --map provider=brand",
        ):
            assert said in str(raised.value)

    def test_several_columns_of_a_field_and_those_that_are_left(self, tmp_path):
        maps = {"item_id": ["sku"], "title": ["name"], "tags": ["kind", "genres"], "text": ["a", "b"]}
        text = "sku,name,kind,genres,a,b,stock\n1,One,book,Drama|War,x,y,3\n2,Two,,\"['Sci-Fi', 'War']\",,y,\n"
        found = rows(tmp_path / "a.csv", text, map=maps | {"attributes": ["*"]}, set={"language": "en"})
        one = {"item_id": "1", "title": "One", "tags": ["book", "Drama", "War"], "text": "x\ny", "language": "en"}
        assert found[0] == one | {"attributes": {"stock": 3}}
        assert found[1] == {"item_id": "2", "title": "Two", "tags": ["Sci-Fi", "War"], "text": "y", "language": "en"}

    def test_a_wrong_column_or_field_is_told_with_the_nearest(self, tmp_path):
        with pytest.raises(InputFileError, match="has no column 'nmae', perhaps 'name'"):
            rows(tmp_path / "a.csv", "item_id,name\n1,One\n", map={"title": ["nmae"]})
        with pytest.raises(InputFileError, match="items have no field 'titel', perhaps title"):
            rows(tmp_path / "a.csv", "item_id,name\n1,One\n", map={"titel": ["name"]})


class TestTypes:
    TEXT = "user_id,item_id,type\nu,1,Bookmark\nu,2,VIEWED\nu,3,page\nu,4,like\n"

    def test_what_is_said_holds_and_what_is_not_known_is_refused(self, tmp_path):
        path = tmp_path / "a.csv"
        path.write_text(self.TEXT)
        file = open_import(path, Kind.EVENTS, Wishes(types={"Bookmark": "save", "page": ""}))
        found = list(file())
        assert [row.value["type"] for row in found if row.problem is None and row.aside is None] == ["save", "like"]
        assert [row.number for row in found if row.problem and '"VIEWED"' in row.problem] == [3]
        assert [row.number for row in found if row.aside] == [4]
        assert file.types.account().startswith("Bookmark -> save (1), VIEWED -> unknown (1), page -> left out (1)")

    def test_a_type_that_there_is_not_is_told_with_the_nearest(self, tmp_path):
        with pytest.raises(InputFileError, match=r"--type Bookmark=svae: .* perhaps save"):
            rows(tmp_path / "a.csv", self.TEXT, Kind.EVENTS, types={"Bookmark": "svae"})


class TestTimes:
    TEXT = "user_id,item_id,type,occurred_at\nu,1,like,{}\n"

    @pytest.mark.parametrize(
        ("unit", "number"),
        [("s", 1772359200), ("ms", 1772359200000), ("us", 1772359200000000), ("ns", 1772359200000000000)],
    )
    def test_a_unit_holds_for_all_numbers(self, tmp_path, unit, number):
        found = rows(tmp_path / "a.csv", self.TEXT.format(number), Kind.EVENTS, time_unit=unit)
        assert found[0]["occurred_at"].isoformat() == "2026-03-01T10:00:00+00:00"

    def test_another_unit_stops_the_run_at_its_first_row(self, tmp_path):
        with pytest.raises(InputFileError, match=r"row 2: 1772359200000 is, in seconds .* \(--time-unit ms\)"):
            rows(tmp_path / "a.csv", self.TEXT.format(1772359200000), Kind.EVENTS, time_unit="s")

    def test_a_zone_of_times_without_an_offset(self, tmp_path):
        found = rows(
            tmp_path / "a.csv", self.TEXT.format("2026-03-01 11:00:00"), Kind.EVENTS, time_zone="Europe/Berlin"
        )
        assert found[0]["occurred_at"].timestamp() == 1772359200
