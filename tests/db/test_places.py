"""Postcodes have a place on the map, and places a distance."""

from __future__ import annotations

from db.places import Place, kilometres, place_of


def test_a_known_postcode_lies_where_it_should():
    assert kilometres(place_of(" 3000 "), Place(-37.814, 144.963)) == 0


def test_an_unknown_postcode_lies_nowhere():
    assert place_of("9999") is None


def test_distances_are_over_the_ground():
    melbourne, geelong = Place(-37.814, 144.963), Place(-38.147, 144.361)
    assert kilometres(melbourne, geelong) == 64
    assert kilometres(geelong, melbourne) == 64
    assert kilometres(melbourne, melbourne) == 0
