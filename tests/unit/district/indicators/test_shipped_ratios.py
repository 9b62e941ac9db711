"""The ratios that the shipped facts give, each with the sources its footnotes name."""

from fractions import Fraction

from tests.unit.district.indicators.books import figure, of_label, one_figure, shipped_results, sources

from madang.district.indicators.values import Result


def of_basis(found: list[Result] | tuple[Result, ...], basis: str) -> Result:
    return next(one for one in found if one.basis == basis and "density" not in one.definition)


async def test_aspern_plans_1_74_jobs_for_a_dwelling() -> None:
    for key in ("madang-d-d16", "iso-37120-21-3", "kr-new-town-jobs-per-dwelling"):
        planned = of_basis(tuple(await shipped_results("aspern", key)), "plan")
        assert figure(planned, 3) == (1.74, 1.74), key
        assert planned.value is not None
        assert planned.value.low == Fraction(20_000, 11_500)
        assert "aspern-seestadt.at blog: From EVAluation to the Future of Seestadt" in sources(planned)
        assert len(sources(planned)) == 2


async def test_hafencity_plans_5_6_jobs_for_a_dwelling_as_stated_and_from_its_density() -> None:
    found = tuple(await shipped_results("hafencity", "madang-d-d16"))
    from_density = of_label(found, "density")
    assert figure(from_density, 2) == (5.6, 5.6)
    assert from_density.value is not None
    assert from_density.value.low == Fraction(354 * 127, 8000)
    assert sources(from_density) == {
        "HafenCity Hamburg GmbH Facts & figures (c. 2023)",
        "HafenCity Hamburg GmbH press area, status Oct 2015",
    }
    stated = of_basis(found, "plan")
    assert figure(stated, 2) == (5.6, 5.6)
    assert sources(stated) == {"HafenCity Hamburg GmbH Facts & figures (c. 2023)"}


async def test_adlershof_has_63_jobs_on_a_hectare() -> None:
    found = await shipped_results("adlershof", "madang-d-d14")
    assert one_figure(found, 2) == 63
    assert (found[0].basis, found[0].boundary) == ("actual", "district")
    assert sources(found[0]) == {"WISTA: Daten und Fakten 2025 (für 2024)"}


async def test_adlershofs_jobs_grew_by_5_7_percent_a_year_from_2001_to_2024() -> None:
    found = await shipped_results("adlershof", "madang-d-d43")
    assert one_figure(found, 2) == 5.7
    first, last = found[0].inputs
    assert (first.facts[0].as_of, last.facts[0].as_of) != (None, None)
    assert [str(one.facts[0].as_of) for one in (first, last)] == ["2001", "2024"]
    assert sources(found[0]) == {
        "WISTA: Berlin Adlershof in Zahlen (2001)",
        "WISTA: Daten und Fakten 2025 (für 2024)",
    }


async def test_pangyo_has_1066_jobs_on_a_hectare_of_its_first_part_and_a_claim_of_its_own() -> None:
    found = tuple(await shipped_results("pangyo", "madang-d-d14"))
    counted = of_basis(found, "actual")
    assert figure(counted) == (1066, 1066)
    assert counted.boundary == "1st"
    assert sources(counted) == {"서울경제 2015-09-20", "경기신문 2009-10"}
    claimed = of_basis(found, "claim")
    assert figure(claimed)[0] > 2000
    assert claimed.definition == "employment effect"


async def test_magok_has_sold_82_6_percent_of_its_land() -> None:
    found = tuple(await shipped_results("magok", "madang-d-d03"))
    computed = next(one for one in found if not one.definition)
    assert figure(computed, 3) == (82.6, 82.6)
    assert computed.value is not None
    assert computed.value.low == Fraction(670_332, 811_498) * 100
    assert sources(computed) == {"서울시: 마곡도시개발사업 개요 (2024-11-21)"}


async def test_goyang_costs_9_7_billion_won_a_hectare_from_the_finer_figures_with_both_footnotes() -> None:
    found = tuple(await shipped_results("goyang-itv", "madang-d-d10"))
    assert one_figure(found, 2) == 9.7e9
    (result,) = found
    assert result.value is not None
    assert (result.value.low, result.value.unit.symbol) == (Fraction(849_300_000_000 * 10, 872), "KRW/ha")
    cost, area = result.inputs
    assert [one.source.title for one in cost.facts] == ["한국일보 2022-01-05", "한겨레 2023-10-19"]
    assert [one.source.title for one in area.facts] == ["한국일보 2022-01-05", "경기도의회 2025-08-14"]


async def test_goyang_costs_38_6_or_308_5_million_won_a_job_by_how_jobs_are_counted_and_never_a_mean() -> None:
    found = tuple(await shipped_results("goyang-itv", "madang-d-d11"))
    assert len(found) == 2
    promoter, induced = of_label(found, "promoter total"), of_label(found, "employment inducement (input-output)")
    assert figure(promoter, 3) == (38.6e6, 38.6e6)
    assert figure(induced) == (308.5e6, 308.5e6)
    assert sources(promoter) == {"한국일보 2022-01-05", "한겨레 2023-10-19"}
    assert sources(induced) == {"한국일보 2022-01-05", "한겨레 2023-10-19", "국토경제신문 2021-08-31"}
    for one in found:
        assert one.basis == ""
        assert one.note is not None
        assert "claim" in one.note["en"]


async def test_goyangs_completion_moved_by_six_years() -> None:
    found = await shipped_results("goyang-itv", "madang-d-d05")
    assert one_figure(found) == 72
    assert [one.facts[0].source.title for one in found[0].inputs] == ["한국경제TV 2016-08-01", "프레시안 2023-02-07"]


async def test_what_goyangs_facts_do_not_give_is_named_with_what_to_enter() -> None:
    (result,) = await shipped_results("goyang-itv", "madang-d-d17")
    assert result.value is None
    assert [one.name for one in result.gaps] == ["inside", "employed"]
    assert "measure residents_working_inside" in result.gaps[0].what["en"]
    assert "항목 residents_working_inside" in result.gaps[0].what["ko"]
