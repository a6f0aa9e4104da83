"""Nothing that a person wrote becomes markup."""

from __future__ import annotations

from dashboard.shapes.markup import Cell, Figure, facts, figures, mark, table

WRITTEN = '<img src=x onerror="alert(1)">'


def test_what_a_person_wrote_stays_text_everywhere():
    drawn = (
        figures([Figure(label=WRITTEN, value=WRITTEN, level=WRITTEN)])
        + facts([(WRITTEN, WRITTEN)])
        + table(WRITTEN, [WRITTEN], [[Cell(text=WRITTEN, look=WRITTEN, link=WRITTEN)], [WRITTEN]])
    )
    assert "<img" not in drawn
    assert 'onerror="' not in drawn


def test_a_table_names_its_columns_and_sets_numbers_right():
    drawn = table("Costs", ["Goal", "#Cost"], [["Waiting", "900"]])
    assert "<caption>Costs</caption>" in drawn
    assert '<th scope="col" class="number">Cost</th>' in drawn
    assert '<td class="number">900</td>' in drawn


def test_a_category_is_named_and_not_only_coloured():
    assert 'aria-label="Category 1">1</span>' in mark(1)
    assert 'aria-label="No category"' in mark(None)
