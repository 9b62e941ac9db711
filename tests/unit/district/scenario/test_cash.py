from decimal import Decimal

import pytest

from madang.district.scenario.cash import break_even, irr, npv, payback, positive_roots


def flows(*amounts: int | str) -> list[Decimal]:
    return [Decimal(amount) for amount in amounts]


def test_money_at_the_end_of_a_year_is_discounted_for_the_whole_year() -> None:
    assert npv(flows(0, 121), Decimal("0.1"), "end") == pytest.approx(Decimal(100))


def test_money_in_the_middle_of_a_year_is_discounted_for_half_a_year_less() -> None:
    assert npv(flows(0, 0, 100), Decimal("0.21"), "mid") == pytest.approx(
        Decimal(100) / Decimal("1.21") / Decimal("1.331")
    )


def test_a_rate_that_leaves_nothing_of_money_is_refused() -> None:
    with pytest.raises(ValueError, match="above -1"):
        npv(flows(1), Decimal(-1), "mid")


def test_the_rate_of_return_is_found_and_may_be_negative() -> None:
    assert irr(flows(-100, 110)).rate == pytest.approx(Decimal("0.1"))
    assert irr(flows(-100, 50)).rate == pytest.approx(Decimal("-0.5"))
    assert irr(flows(0, 0, -100, 0, 144, 0)).rate == pytest.approx(Decimal("0.2"))


def test_there_is_no_rate_of_return_without_a_change_of_sign() -> None:
    for amounts in ((), (0, 0), (1, 2), (-1, -2)):
        assert irr(flows(*amounts)).rate is None
        assert irr(flows(*amounts)).reason == "no-sign-change"


def test_several_rates_of_return_are_no_answer() -> None:
    # 10 % and 20 %: (1 − 1.1v)(1 − 1.2v).
    found = irr(flows(-100, 230, -132))
    assert (found.rate, found.reason) == (None, "several-roots")


def test_two_rates_that_coincide_are_no_answer() -> None:
    assert irr(flows(-100, 220, -121)).reason == "several-roots"


def test_several_changes_of_sign_with_one_root_have_their_rate() -> None:
    # Three changes of sign, one root: found by counting, not by Descartes' rule.
    found = irr(flows(-100, 10, -1, 120))
    assert found.rate is not None
    assert abs(npv(flows(-100, 10, -1, 120), found.rate, "end")) < Decimal("1e-15")


def test_changes_of_sign_that_no_rate_brings_to_zero_have_none() -> None:
    assert irr(flows(100, -100, 100)).reason == "no-sign-change"


@pytest.mark.parametrize(
    ("coefficients", "roots"), [((-2, 3, -1), 2), ((1, 0, 1), 0), ((-6, 11, -6, 1), 3), ((0, -1, 1), 1)]
)
def test_roots_above_zero_are_counted(coefficients: tuple[int, ...], roots: int) -> None:
    assert positive_roots(flows(*coefficients)) == roots


def test_money_is_back_in_the_first_year_after_the_last_debt() -> None:
    assert payback([1, 2, 3, 4], flows(-5, 1, -1, 2)) == 4
    assert payback([1, 2, 3], flows(-5, -1, -1)) is None
    assert payback([1, 2], flows(0, 1)) is None


def test_a_break_even_of_nothing_is_written_as_a_plain_zero() -> None:
    nothing = break_even([Decimal("0E-650")], flows(20), Decimal("0.05"), "mid")
    assert str(nothing) == "0"


def test_break_even_without_sales_is_unknown() -> None:
    assert break_even(flows(10, 0), flows(0, 0), Decimal(0), "mid") is None
    assert break_even(flows(10, 0), flows(0, 20), Decimal(0), "mid") == Decimal("0.5")
