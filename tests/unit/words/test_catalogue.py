"""Laws of the message catalogue: nothing is without words, both languages say the same, a mistake is loud."""

from __future__ import annotations

import string
import time
from datetime import date, datetime

import pytest

from sidumba_field import words
from sidumba_field.core.errors import CODES, SidumbaError
from sidumba_field.words import catalogue_loader, formats

ALL = [(area, key) for area in words.AREAS for key in words.keys(area)]


@pytest.mark.parametrize("area", words.AREAS)
def test_both_languages_have_the_same_keys(area: str) -> None:
    assert set(words.keys(area, "id")) == set(words.keys(area, "en"))


@pytest.mark.parametrize("area", words.AREAS)
def test_both_languages_have_the_same_places(area: str) -> None:
    differing = [k for k in words.keys(area) if words.params_of(k, "id") != words.params_of(k, "en")]
    assert differing == []


@pytest.mark.parametrize("area", words.AREAS)
def test_places_are_plain_names_with_known_formats(area: str) -> None:
    odd = []
    for key in words.keys(area):
        for lang in words.LANGUAGES:
            for _, name, spec, conversion in string.Formatter().parse(catalogue_loader._find(key, lang)):
                if name is None:
                    continue
                if not name.isidentifier() or (spec and spec not in catalogue_loader.FORMATS) or conversion:
                    odd.append((key, lang, name, spec))
    assert odd == []


@pytest.mark.parametrize("lang", words.LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_every_registered_code_says_what_is_wrong_and_what_to_do(code: str, lang: str) -> None:
    told = words.explain(code, lang)
    assert told.sentence.endswith(".")
    assert told.next_step.endswith(".")
    assert "{" not in told.text()


def test_no_words_for_codes_nobody_registered() -> None:
    told = {key.removeprefix("errors.").rsplit(".", 1)[0] for key in words.keys("errors")}
    assert told == set(CODES)


def test_error_sentences_without_detail_have_no_places() -> None:
    placed = [k for k in words.keys("errors") if not k.endswith(".detailed") and words.params_of(k)]
    assert placed == []


@pytest.mark.parametrize("lang", words.LANGUAGES)
def test_error_sentences_are_short(lang: str) -> None:
    long = [
        sentence
        for key in words.keys("errors", lang)
        for sentence in catalogue_loader._find(key, lang).split(". ")
        if len(sentence.split()) > 14
    ]
    assert long == []


def test_a_detail_is_told_only_when_all_of_it_is_known() -> None:
    assert words.explain("attachment.too_big").sentence == "Berkas terlalu besar."
    assert words.explain("attachment.too_big", size=30_000_000).sentence == "Berkas terlalu besar."
    full = words.explain("attachment.too_big", size=30_000_000, limit=25_000_000)
    assert full.sentence == "Berkas terlalu besar: 30,0 MB, paling besar 25,0 MB."


def test_a_raised_error_explains_itself() -> None:
    told = words.explain_error(SidumbaError("store.disk_full", needed=5), "en")
    assert told.sentence == "The laptop's disk is full."
    assert told.safe == "Answers already saved are safe."


def test_an_unknown_key_is_loud() -> None:
    for key in ("errors.no.such.code", "nowhere.at_all", "errors", ""):
        with pytest.raises(words.UnknownKey):
            words.say(key)
        assert not words.knows(key)
    with pytest.raises(words.UnknownKey):
        words.say("errors.bug.unexpected.sentence", "fr")
    with pytest.raises(words.UnknownKey):
        words.explain("no.such.code")
    with pytest.raises(words.UnknownKey):
        words.keys("nowhere")


def test_a_missing_value_is_loud() -> None:
    with pytest.raises(words.MissingParam):
        words.say("errors.attachment.too_big.detailed", size=1)


def test_values_cannot_reach_into_objects() -> None:
    speaker = catalogue_loader._speaker("id")
    with pytest.raises(KeyError):
        speaker.vformat("{a.__class__}", (), {"a": 1})


def test_a_parsed_area_answers_at_once() -> None:
    words.say("errors.bug.unexpected.sentence")
    began = time.perf_counter()
    for _ in range(100):
        words.say("errors.bug.unexpected.sentence")
    assert time.perf_counter() - began < 0.05


def test_every_listed_format_writes_something() -> None:
    day, number = date(2026, 11, 20), 2026
    at = datetime(2026, 11, 20, 9, 41)  # noqa: DTZ001
    for name in catalogue_loader.FORMATS:
        value = day if name in {"date", "short", "hari"} else at if name == "time" else number
        assert words.fill(f"{{x:{name}}}", x=value) not in {"", "2026"}


def test_an_offices_own_text_is_filled_and_checked_the_same_way() -> None:
    text = "Tahun {year:terbilang}, {count:n} data."
    assert words.fill(text, year=2026, count=1204) == "Tahun dua ribu dua puluh enam, 1.204 data."
    assert words.places_of(text) == {"year", "count"}
    for bad in ("{", "}", "{a.b}", "{x:nope}"):
        with pytest.raises(ValueError):
            words.places_of(bad)
    with pytest.raises(words.MissingParam):
        words.fill("{x}")


def test_the_named_formats_are_this_rooms_formats() -> None:
    speaker = catalogue_loader._speaker("id")
    assert speaker.vformat("{a:n} {b:rp}", (), {"a": 1204, "b": 45_000_000}) == "1.204 Rp\u00a045.000.000"
    assert formats.number(1204, lang="en") == "1,204"
