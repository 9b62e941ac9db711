"""Why a number is what it is, for a reader and as JSON."""

import json
from dataclasses import replace

from tests.unit.district.indicators.books import book_of, engine, fact, results, shipped_results

from madang.district.indicators.explain import explain, result_json
from madang.district.indicators.score import Target
from madang.district.quantity import parse_quantity


async def test_the_reasons_of_goyangs_cost_per_hectare_are_whole() -> None:
    (result,) = await shipped_results("goyang-itv", "madang-d-d10")
    why = explain(result, "en")
    assert (why.name, why.code, why.verified) == ("Cost per ha", "D10", True)
    assert "9.74 bn/ha" in why.value
    assert why.words == "Investment ÷ Area"
    cost, area = why.inputs
    assert cost.title == "Investment"
    assert cost.conversion == "8493 억 KRW = 849300000000 KRW"
    assert area.conversion == "87.2 ha = 872000 m2"
    finer, rounder = cost.footnotes
    assert (finer.value, finer.source, finer.stated) == ("8493 억 KRW", "한국일보 2022-01-05", "5 January 2022")
    assert finer.quote == "사업비 8,493억원"
    assert finer.url.startswith("https://")
    assert rounder.value == "8500 억 KRW"
    assert (finer.basis, finer.boundary, finer.status, finer.confidence) == ("plan", "district", "shipped", "medium")
    assert [one.fact for one in why.footnotes] == [one.fact for each in why.inputs for one in each.footnotes]
    assert "finer figure" in why.note


async def test_a_korean_reader_gets_korean_words_and_units() -> None:
    (result,) = await shipped_results("goyang-itv", "madang-d-d10")
    why = explain(result, "ko")
    assert why.words == "총사업비 ÷ 면적"
    assert "97억 4,000만 원/ha" in why.value
    assert "더 정확한 값" in why.note
    assert why.inputs[0].footnotes[0].stated == "2022년 1월 5일"


async def test_what_a_value_counts_is_said_in_the_readers_language() -> None:
    found = await shipped_results("hafencity", "madang-d-d16")
    labels = {explain(one, "ko").label for one in found}
    assert "육지 면적당 일자리 × 육지 면적" in labels


async def test_gaps_say_how_to_fill_them_and_there_is_no_value() -> None:
    found = (await results(book_of(fact("jobs", "5", "jobs")), "madang-d-d16"))["madang-d-d16"]
    why = explain(found[0], "ko")
    assert why.value == ""
    assert "항목 dwellings" in why.gaps[0]
    assert " ÷ " in why.words


async def test_json_has_every_footnote_and_the_exact_value() -> None:
    (result,) = await shipped_results("goyang-itv", "madang-d-d10")
    document = json.loads(json.dumps(result_json(result)))
    assert document["value"]["exact"] == ["1061625000000/109", "1061625000000/109"]
    assert document["value"]["low"] == 849.3e9 / 87.2
    assert document["value"]["unit"] == "KRW/ha"
    assert [fact["source"] for one in document["inputs"] for fact in one["facts"]] == [
        "한국일보 2022-01-05",
        "한겨레 2023-10-19",
        "한국일보 2022-01-05",
        "경기도의회 2025-08-14",
    ]
    assert document["definitionVerified"] is True
    assert document["gaps"] == []


async def test_json_of_a_date_is_its_text_as_written() -> None:
    (result,) = await shipped_results("goyang-itv", "madang-d-d05")
    document = json.loads(json.dumps(result_json(result)))
    assert [one["value"] for one in document["inputs"]] == [{"date": "2020"}, {"date": "end 2026"}]


async def test_the_score_is_told() -> None:
    book = book_of(fact("jobs", "300", "jobs"), fact("area", "10", "ha"))
    target = Target(parse_quantity("60", "jobs/ha"), "up", "Council 2024-03-01")
    found = await engine(targets={"madang-d-d14": target}).compute(book, book.facts[0].subject, ["madang-d-d14"])
    why = explain(found["madang-d-d14"][0], "en")
    assert (why.score, why.band) == (50, 2)


async def test_a_formula_over_answers_of_the_hub_is_said_with_their_titles() -> None:
    (result,) = await shipped_results("goyang-itv", "madang-d-d10")
    cost, area = result.inputs
    live = replace(
        result,
        words=None,
        inputs=(replace(cost, title={"ko": "좋은 것", "en": "good ones"}), replace(area, title={"en": "all of them"})),
    )
    assert explain(live, "en").words == "good ones ÷ all of them"
    assert explain(live, "ko").words == "좋은 것 ÷ all of them"
    assert explain(replace(live, inputs=()), "en").words == result.indicator.formula
