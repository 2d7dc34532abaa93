"""Laws of the three-way merge (docs/spec/sync.md "Merge"), as a village would tell them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.merge import apply, diff, last_rows, rows_missing, three_way, units

FIELDS = ("omzet", "alamat", "hp")


def test_edits_of_different_fields_are_merged() -> None:
    merge = three_way(1, {"hp": "0812"}, {"omzet": "5"}, {"omzet": 2})
    assert merge.merged
    assert merge.applied == {"hp": "0812"}


def test_the_same_field_changed_by_somebody_else_since_is_a_clash() -> None:
    merge = three_way(1, {"omzet": "7"}, {"omzet": "5"}, {"omzet": 2})
    assert merge.clashes == {"omzet": "7"}
    assert merge.applied == {}


def test_the_same_value_typed_twice_is_no_clash() -> None:
    assert three_way(1, {"omzet": "5"}, {"omzet": "5"}, {"omzet": 2}).merged


def test_clearing_what_is_already_empty_is_no_clash() -> None:
    assert three_way(1, {"omzet": None}, {}, {"omzet": 2}).merged


def test_ones_own_earlier_edit_is_no_clash() -> None:
    """Base 2 is the answer to the first edit: the second one builds on it (getodk/central#698)."""
    assert three_way(2, {"omzet": "9"}, {"omzet": "5"}, {"omzet": 2}).merged


def test_fields_of_one_merge_group_clash_together() -> None:
    group = {"alamat": "tempat", "rt": "tempat"}
    merge = three_way(1, {"alamat": "A", "rt": "2", "hp": "08"}, {"alamat": "B"}, {"alamat": 2}, group.get)
    assert merge.clashes == {"alamat": "A", "rt": "2"}
    assert merge.applied == {"hp": "08"}


def test_a_unit_is_changed_when_any_part_of_it_was() -> None:
    """Amount and unit of measure: six kilograms here and a tonne there never become six tonnes."""
    group = {"jumlah": "berat", "satuan": "berat"}
    merge = three_way(
        1, {"jumlah": "6"}, {"jumlah": "5", "satuan": "ton"}, {"jumlah": 1, "satuan": 2}, group.get
    )
    assert merge.clashes == {"jumlah": "6"}


def test_a_unit_both_sides_brought_to_the_same_is_no_clash() -> None:
    group = {"jumlah": "berat", "satuan": "berat"}
    now = {"jumlah": "6", "satuan": "ton"}
    assert three_way(1, dict(now), now, {"jumlah": 2, "satuan": 2}, group.get).merged


def test_an_answer_and_the_word_why_there_is_none_never_stand_beside_each_other() -> None:
    refused: dict[str, str | None] = {"@why/omzet": "menolak"}
    assert three_way(1, refused, {"omzet": "5"}, {"omzet": 2}).clashes == refused
    answered: dict[str, str | None] = {"omzet": "5"}
    assert three_way(1, answered, {"@why/omzet": "menolak"}, {"@why/omzet": 2}).clashes == answered


def test_a_reason_waits_with_the_answer_it_explains() -> None:
    change: dict[str, str | None] = {"omzet": "900", "@reason/omzet": "musim panen", "hp": "08"}
    merge = three_way(1, change, {"omzet": "5"}, {"omzet": 2})
    assert merge.clashes == {"omzet": "900", "@reason/omzet": "musim panen"}
    assert merge.applied == {"hp": "08"}
    assert three_way(1, {"@reason/omzet": "musim"}, {"omzet": "5"}, {"omzet": 2}).merged


def test_two_places_of_one_row_are_no_clash() -> None:
    merge = three_way(1, {"produk[a]": "4"}, {"produk[a]": "3", "produk[a]/nama": "A"}, {"produk[a]": 2})
    assert merge.applied == {"produk[a]": "4"}


def test_a_row_moved_here_and_removed_there_is_a_clash() -> None:
    assert three_way(1, {"produk[a]": "4"}, {}, {"produk[a]": 2}).clashes == {"produk[a]": "4"}
    both: dict[str, str | None] = {"produk[a]": None}
    assert three_way(1, both, {}, {"produk[a]": 2}).merged, "removed by both"


def test_the_same_row_added_twice_with_the_same_answers_is_one_row() -> None:
    row: dict[str, str | None] = {"produk[a]": "1", "produk[a]/nama": "Keripik"}
    assert three_way(0, row, {"produk[a]": "1", "produk[a]/nama": "Keripik"}, dict.fromkeys(row, 1)).merged
    other: dict[str, str | None] = {"produk[a]": "1", "produk[a]/nama": "Kerupuk"}
    merge = three_way(0, other, {"produk[a]": "1", "produk[a]/nama": "Keripik"}, dict.fromkeys(row, 1))
    assert merge.clashes == {"produk[a]/nama": "Kerupuk"}


def test_what_a_person_decides_on_as_one_stays_together() -> None:
    change: dict[str, str | None] = {
        "jumlah": "6",
        "omzet": None,
        "satuan": "ton",
        "@why/omzet": "menolak",
        "produk[a]": None,
        "produk[a]/nama": None,
        "produk[b]/nama": "B",
        "@reason/produk[b]/nama": "asli",
    }
    group = {"jumlah": "berat", "satuan": "berat"}
    assert units(change, group.get) == {
        "berat": ("jumlah", "satuan"),
        "omzet": ("omzet", "@why/omzet"),
        "produk[a]": ("produk[a]", "produk[a]/nama"),
        "produk[b]/nama": ("produk[b]/nama", "@reason/produk[b]/nama"),
    }


def test_a_row_is_found_again_as_it_last_stood() -> None:
    story: list[dict[str, str | None]] = [
        {"produk[a]": "1", "produk[a]/nama": "A", "produk[b]": "2", "produk[b]/nama": "B"},
        {"produk[a]/nama": "Aa", "omzet": "5"},
        {"produk[a]": None},
    ]
    assert rows_missing({"produk[b]": "2"}, {"produk[a]/harga": "7", "produk[b]/nama": "C"}) == {"produk[a]"}
    assert last_rows({"produk[a]"}, story) == {"produk[a]": "1", "produk[a]/nama": "Aa"}


def test_an_edit_inside_a_row_that_was_removed_since_does_not_vanish() -> None:
    merge = three_way(1, {"produk[a]/nama": "Keripik"}, {}, {"produk[a]": 2})
    assert merge.clashes == {"produk[a]/nama": "Keripik"}


def test_removing_a_row_that_was_edited_since_is_a_clash() -> None:
    current = {"produk[a]": "1", "produk[a]/nama": "Kerupuk"}
    merge = three_way(
        1, {"produk[a]": None, "produk[a]/nama": None}, current, {"produk[a]/nama": 2, "produk[a]": 1}
    )
    assert set(merge.clashes) == {"produk[a]", "produk[a]/nama"}


def test_rows_added_by_two_laptops_both_stay() -> None:
    merge = three_way(1, {"produk[b]": "2", "produk[b]/nama": "B"}, {"produk[a]": "2"}, {"produk[a]": 2})
    assert merge.merged


def test_a_removed_row_takes_its_cells_with_it() -> None:
    before = {"produk[a]": "1", "produk[a]/nama": "x", "omzet": "5"}
    assert apply(before, {"produk[a]": None}) == {"omzet": "5"}


values = st.sampled_from(["", "1", "2", "3"])
records = st.dictionaries(st.sampled_from(FIELDS), values).map(lambda f: {k: v for k, v in f.items() if v})


@given(records, records)
def test_a_difference_applied_gives_the_other_side(before: dict[str, str], after: dict[str, str]) -> None:
    assert apply(before, diff(before, after)) == after


@given(
    records,
    st.dictionaries(st.sampled_from(FIELDS), st.sampled_from([None, "1", "2", "3"])),
    st.integers(0, 3),
)
def test_every_value_is_applied_or_kept_as_a_proposal(
    current: dict[str, str], change: dict[str, str | None], base: int
) -> None:
    """Nothing typed disappears: applied and clashing parts together are the whole change."""
    revs = {path: index + 1 for index, path in enumerate(FIELDS)}
    merge = three_way(base, change, current, revs)
    assert {**merge.applied, **merge.clashes} == change
    assert not set(merge.applied) & set(merge.clashes)


@given(records, st.dictionaries(st.sampled_from(FIELDS), st.sampled_from([None, "1", "2"])))
def test_on_the_newest_base_nothing_clashes(current: dict[str, str], change: dict[str, str | None]) -> None:
    assert three_way(9, change, current, dict.fromkeys(FIELDS, 9)).merged
